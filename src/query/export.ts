import type { Ctx } from '../env.ts';
import { CSV_HEADER, csvRow } from './csv.ts';
import type { ExportFormat } from './parameters.ts';
import { type LineMatch, scanText } from './scan/scan.ts';
import type { Scope } from './search.ts';
import { blocksOf } from './walk/block-source.ts';
import { comparePositions, isBefore } from './walk/order.ts';
import type { Hit } from './walk/page.ts';
import { Coverage } from './walk/seq-set.ts';
import { walkTails } from './walk/tails.ts';
import { BlockWalk } from './walk/walk.ts';

/**
 * Lines held back to be put in order. Where more than this overlaps in time (a backfill beside live traffic), order is given up rather
 * than memory: docs/search.md says so.
 */
const MAX_HELD_CHARS = 16 * 1024 * 1024;
/** Lines are joined into pieces of about this size: what is held must not be in memory twice. */
const PIECE_CHARS = 256 * 1024;
const ID_AT = '{"id":"'.length;
const ID_CHARS = 36;

/** All matching records as the text of a file, newest first, piece by piece. Throws StoreAway: a part must not pass for the whole. */
export async function* exportRecords(ctx: Ctx, scope: Scope, format: ExportFormat): AsyncGenerator<string> {
  const batches = matchingLines(ctx, scope);
  // Before anything is said, so that a store that is away can still be told by the status.
  let batch = await batches.next();
  yield START[format];
  let isFirst = true;
  for (; !batch.done; batch = await batches.next()) {
    for (const lines of inPieces(batch.value)) {
      yield pieceOf(format, lines, isFirst);
      isFirst = false;
    }
  }
  yield format === 'json' ? '\n]\n' : '';
}

const START: Readonly<Record<ExportFormat, string>> = { ndjson: '', json: '[', csv: CSV_HEADER };

function* inPieces(lines: readonly string[]): Generator<string[]> {
  let piece: string[] = [];
  let chars = 0;
  for (const line of lines) {
    piece.push(line);
    chars += line.length;
    if (chars < PIECE_CHARS) continue;
    yield piece;
    piece = [];
    chars = 0;
  }
  if (piece.length > 0) yield piece;
}

function pieceOf(format: ExportFormat, lines: readonly string[], isFirst: boolean): string {
  switch (format) {
    case 'ndjson':
      return `${lines.join('\n')}\n`;
    case 'json':
      return `${isFirst ? '\n' : ',\n'}${lines.join(',\n')}`;
    case 'csv':
      return lines.map(csvRow).join('');
  }
}

async function* matchingLines(ctx: Ctx, scope: Scope): AsyncGenerator<string[]> {
  const { projectId, query, fromMs, toMs, stream } = scope;
  const held = new HeldLines();
  const scan = { query, fromMs, toMs, accepts: () => true, onMatch: (match: LineMatch) => held.add(match) };
  const coverage = new Coverage();
  for await (const { text, matchesAll } of walkTails(ctx, projectId, scope, query, coverage)) {
    scanText(text, { ...scan, matchesAll, lines: null });
    if (held.isOverfull) yield held.takeBefore(null);
  }
  const walk = new BlockWalk(
    blocksOf(ctx.env, projectId),
    { query, fromMs, toMs, stream, order: 'desc', needSummaries: false, canCount: () => false },
    coverage,
  );
  for (;;) {
    const bound = await walk.bound();
    // The first time also when there is nothing: both stores have answered.
    yield held.takeBefore(held.isOverfull ? null : bound);
    if (bound === null) return;
    const step = await walk.next();
    if (step?.kind !== 'text') continue;
    await walk.readAhead();
    scanText(step.text, { ...scan, matchesAll: step.verdict === 'all', lines: step.lines });
  }
}

class HeldLines {
  #hits: Hit[] = [];
  #chars = 0;

  get isOverfull(): boolean {
    return this.#chars > MAX_HELD_CHARS;
  }

  add({ line, ts }: LineMatch): void {
    this.#hits.push({ line, ts, id: line.slice(ID_AT, ID_AT + ID_CHARS) });
    this.#chars += line.length;
  }

  /** Newest first; null takes all. */
  takeBefore(bound: number | null): string[] {
    this.#hits.sort((a, b) => comparePositions('desc', a, b));
    const end = bound === null ? -1 : this.#hits.findIndex(({ ts }) => !isBefore('desc', ts, bound));
    const lines = this.#hits.splice(0, end < 0 ? this.#hits.length : end).map(({ line }) => line);
    for (const line of lines) this.#chars -= line.length;
    return lines;
  }
}
