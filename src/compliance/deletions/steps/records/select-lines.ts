import { groupsOf } from '../../../../errors/index.ts';
import type { LogRecord, Stream } from '../../../../wire/record.ts';
import type { Person } from '../../identity/person.ts';
import type { LostSample } from '../../store/work-store.ts';

/** A hold on records: of the request (its range is all of time), or a legal hold of the archive. */
export interface RecordsHold {
  id: string;
  stream: Stream | null;
  fromMs: number;
  /** Exclusive; null is without end. */
  toMs: number | null;
  reason: string;
}

export interface SelectedLines {
  /** Counted from 0. */
  erased: Set<number>;
  /** By the id of the hold, lines that name the person and stay. */
  held: Map<string, number>;
  /** Of erased errors. */
  samples: LostSample[];
}

/** The lines of a block that go and those that are held, among those before `untilSeq`. Pure. */
export function selectLines(
  ndjson: string,
  block: { stream: Stream; firstSeq: number; untilSeq: number },
  person: Person,
  holds: readonly RecordsHold[],
): SelectedLines {
  const selected: SelectedLines = { erased: new Set(), held: new Map(), samples: [] };
  if (!person.mayBeNamedIn(ndjson)) return selected;
  const own = holds.filter(({ stream }) => stream === null || stream === block.stream);
  let start = 0;
  for (let n = 0; start < ndjson.length && block.firstSeq + n < block.untilSeq; n++) {
    const newline = ndjson.indexOf('\n', start);
    const end = newline < 0 ? ndjson.length : newline;
    const line = ndjson.slice(start, end);
    start = end + 1;
    if (line === '' || !person.isNamedInLine(line)) continue;
    const record = JSON.parse(line) as LogRecord;
    const hold = own.find(({ fromMs, toMs }) => record.ts >= fromMs && (toMs === null || record.ts < toMs));
    if (hold) {
      selected.held.set(hold.id, (selected.held.get(hold.id) ?? 0) + 1);
      continue;
    }
    selected.erased.add(n);
    if (block.stream === 'errors') {
      for (const { fingerprint } of groupsOf([record])) selected.samples.push({ fingerprint, sampleId: record.id });
    }
  }
  return selected;
}
