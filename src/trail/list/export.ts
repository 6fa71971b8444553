import type { Ctx } from '../../env.ts';
import { csvCell } from '../../wire/csv.ts';
import { sealedSize } from '../checkpoints/signed.ts';
import type { EntryRow } from '../entry-store.ts';
import { leafOf, missingLeaf } from '../leaf.ts';
import { allConditions, joined } from './conditions.ts';
import { entriesAfter } from './export-store.ts';
import type { EntryFilter } from './filter.ts';

export type ExportFormat = 'ndjson' | 'csv';

const STEP_ENTRIES = 1_000;
const COLUMNS = [
  ...['time', 'seq', 'atMs', 'actorKind', 'actorId', 'action', 'target', 'projectId', 'requestId', 'address', 'detail'],
  ...['sessionId', 'table', 'operation', 'oldValues', 'newValues'],
];

/**
 * The trail as the text of a file, oldest first. A line of NDJSON is what was hashed for the tree, byte for byte, so that the whole file and a checkpoint are all
 * that a verifier needs; where everything is asked for, entries that are gone have the line that was sealed for them.
 */
export async function* exportEntries(ctx: Ctx, filter: EntryFilter, format: ExportFormat): AsyncGenerator<string> {
  const isWhole = Object.values(filter).every((value) => value === null);
  const sealed = await sealedSize(ctx);
  const condition = joined(allConditions(filter));
  let expected = 1;
  for (let after = 0; ; ) {
    const { rows, lastSeq } = await entriesAfter(ctx.env.DB, after, condition, STEP_ENTRIES);
    let text = after === 0 && format === 'csv' ? `${COLUMNS.join(',')}\r\n` : '';
    for (const row of rows) {
      // What is not sealed has no line yet, and numbers that were skipped may be as many as there are.
      if (format === 'ndjson' && isWhole && expected < row.seq) {
        if (text !== '') yield text;
        text = '';
        yield* gap(expected, Math.min(row.seq - 1, sealed));
      }
      text += format === 'ndjson' ? `${leafOf(row)}\n` : csvRow(row);
      expected = row.seq + 1;
    }
    if (text !== '') yield text;
    if (lastSeq === null) break;
    after = lastSeq;
  }
  if (format === 'ndjson' && isWhole) yield* gap(expected, sealed);
}

/** In pieces: there may be millions. */
function* gap(fromSeq: number, toSeq: number): Generator<string> {
  for (let from = fromSeq; from <= toSeq; from += STEP_ENTRIES) {
    let text = '';
    for (let seq = from; seq <= Math.min(from + STEP_ENTRIES - 1, toSeq); seq++) text += `${missingLeaf(seq)}\n`;
    yield text;
  }
}

function csvRow(row: EntryRow): string {
  const texts = [
    ...[row.actor_kind, row.actor_id, row.action, row.target, row.project_id, row.request_id, row.address, row.detail],
    ...[row.session_id, row.table_name, row.operation, row.old_values, row.new_values],
  ];
  const time = new Date(row.at_ms).toISOString();
  return `${time},${row.seq},${row.at_ms},${texts.map((text) => csvCell(text ?? '')).join(',')}\r\n`;
}
