import type { Ledger, LedgerCounts, LedgerMinute } from '../../api/types.ts';
import type { ChartBucket } from '../../components/chart/time-chart.tsx';
import { LIVE_WINDOW_MS, presetOf, type Range, type Span } from '../../lib/range.ts';

const MINUTE_MS = 60_000;
const STEPS_MIN = [1, 2, 5, 10, 15, 30];
const MOST_BARS = 120;

/** From the bottom of the stack up: what went well first. */
export const OUTCOMES = ['stored', 'duplicate', 'rejected', 'refused'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Outcomes extends Span {
  /** Earlier than this there are no minutes, though the range asks for them; null where there are all. */
  foldedBeforeMs: number | null;
  bucketMs: number;
  /** One for each step of the range, also where nothing came. */
  buckets: (ChartBucket & { received: number })[];
  totals: Record<Outcome | 'received', number>;
}

/** The part of an answer that `range` means: minutes of all keys as bars of equal length, at most MOST_BARS of them. */
export function outcomesOf({ minutes, fromMs: hasFromMs, toMs, detailFromMs }: Ledger, range: Range): Outcomes {
  const askedFromMs = range.kind === 'fixed' ? range.fromMs : toMs - windowMs(range);
  const fromMs = Math.max(hasFromMs, askedFromMs);
  const isFolded = askedFromMs < hasFromMs - MINUTE_MS || detailFromMs > fromMs;
  const spanMinutes = Math.max(1, Math.ceil((toMs - fromMs) / MINUTE_MS));
  const step = STEPS_MIN.find((length) => spanMinutes / length <= MOST_BARS) ?? Math.ceil(spanMinutes / MOST_BARS);
  const bucketMs = step * MINUTE_MS;
  const startMs = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS;
  const counts = Array.from({ length: Math.ceil((toMs - startMs) / bucketMs) }, none);
  const totals = none();
  for (const row of minutes) {
    const bucket = counts[Math.floor((row.minute - startMs) / bucketMs)];
    if (bucket === undefined) continue;
    for (const name of ['received', ...OUTCOMES] as const) {
      bucket[name] += row[name];
      totals[name] += row[name];
    }
  }
  const buckets = counts.map(({ received, ...each }, i) => ({ ts: startMs + i * bucketMs, received, counts: each }));
  const foldedBeforeMs = isFolded ? Math.max(detailFromMs, hasFromMs) : null;
  return { fromMs: startMs, toMs, foldedBeforeMs, bucketMs, buckets, totals };
}

function windowMs(range: Exclude<Range, { kind: 'fixed' }>): number {
  return range.kind === 'live' ? LIVE_WINDOW_MS : (presetOf(range.id)?.ms ?? LIVE_WINDOW_MS);
}

function none(): Record<Outcome | 'received', number> {
  return { received: 0, stored: 0, duplicate: 0, rejected: 0, refused: 0 };
}

/** "Now", in whole minutes with the one that runs: a shipper that sends every minute must not look stopped between two batches. */
export const NOW_MINUTES = 3;

export function nowFrom(nowMs: number): number {
  return Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - (NOW_MINUTES - 1) * MINUTE_MS;
}

export function countedNow(minutes: readonly LedgerMinute[], name: keyof LedgerCounts, nowMs: number): number {
  return minutes.reduce((sum, row) => (row.minute >= nowFrom(nowMs) ? sum + row[name] : sum), 0);
}
