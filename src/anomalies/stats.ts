import { type Cell, FAILED, percentile, SUCCEEDED } from '../rollups/index.ts';
import type { Anomaly } from '../wire/operations.ts';
import { RATINGS } from '../wire/vitals.ts';
import type { HourValue } from './baseline.ts';
import type { Kind } from './judge.ts';

export type AnomalyStream = Anomaly['stream'];
export const ANOMALY_STREAMS = ['vitals', 'operations', 'metrics', 'errors'] as const satisfies AnomalyStream[];
export type Unit = 'ms' | 'score' | 'share' | 'count' | 'own';

/** What is read of the sums of an hour. */
export interface Stat {
  name: string;
  kind: Kind;
  unit: Unit;
  read(cell: Cell): HourValue;
  /** Whether an hour without events is one with the value 0, or one that says nothing. */
  silenceIsZero: boolean;
}

/** What of a duration nobody would notice: less than a frame and a half at 60 Hz for pages, a few ms for calls between servers. */
const LEAST_PAGE_MS = 25;
const LEAST_CALL_MS = 5;
/** A fifth of what CLS may be to be good. */
const LEAST_SCORE = 0.02;
const POOR = RATINGS.indexOf('poor');
const QUANTILES = { p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 } as const;
type QuantileName = keyof typeof QUANTILES;

function quantile(name: QuantileName, unit: Unit, leastChange: number | null): Stat {
  const q = QUANTILES[name];
  return {
    name,
    unit,
    kind: leastChange === null ? { kind: 'level' } : { kind: 'quantile', q, leastChange },
    read: (cell) => ({ value: percentile(cell, q), count: cell.sketch?.count ?? 0 }),
    silenceIsZero: false,
  };
}

function number(name: string, kind: Kind, unit: Unit, of: (cell: Cell) => number): Stat {
  return {
    name,
    kind,
    unit,
    read: (cell) => ({ value: cell.count > 0 && Number.isFinite(of(cell)) ? of(cell) : null, count: cell.count }),
    silenceIsZero: false,
  };
}

function count(kind: Kind): Stat {
  return {
    name: 'count',
    kind,
    unit: 'count',
    read: (cell) => ({ value: cell.count, count: cell.count }),
    silenceIsZero: true,
  };
}

/** Of those of which a class is known. */
function share(name: string, index: number, most: number): Stat {
  return {
    name,
    kind: { kind: 'share' },
    unit: 'share',
    read: ({ tally }) => {
      const all = (tally ?? []).slice(0, most).reduce((sum, one) => sum + one, 0);
      return { value: all > 0 ? (tally?.[index] ?? 0) / all : null, count: all };
    },
    silenceIsZero: false,
  };
}

const average = ({ sum, count, sketch }: Cell): number => sum / (sketch?.count ?? count);
const EVENTS = count({ kind: 'count' });

function vitalStats(name: string): readonly Stat[] {
  const [unit, least] = name === 'CLS' ? (['score', LEAST_SCORE] as const) : (['ms', LEAST_PAGE_MS] as const);
  const quantiles = (['p75', 'p50', 'p95', 'p99'] as const).map((one) => quantile(one, unit, least));
  return [...quantiles, EVENTS, share('poorShare', POOR, RATINGS.length)];
}

const OPERATION_STATS: readonly Stat[] = [
  quantile('p95', 'ms', LEAST_CALL_MS),
  share('failedShare', FAILED, Math.max(SUCCEEDED, FAILED) + 1),
  EVENTS,
  ...(['p50', 'p99'] as const).map((one) => quantile(one, 'ms', LEAST_CALL_MS)),
  number('avg', { kind: 'average', leastChange: LEAST_CALL_MS }, 'ms', average),
];

const METRIC_STATS: readonly Stat[] = [
  number('avg', { kind: 'level' }, 'own', average),
  ...(['min', 'max', 'sum'] as const).map((one) => number(one, { kind: 'level' }, 'own', (cell) => cell[one])),
  EVENTS,
  ...(['p50', 'p75', 'p90', 'p95', 'p99'] as const).map((one) => quantile(one, 'own', null)),
];

const ERROR_STATS: readonly Stat[] = [count({ kind: 'bad-count' })];

/** What can be asked of a series. */
export function statsOf(stream: AnomalyStream, name: string): readonly Stat[] {
  switch (stream) {
    case 'vitals':
      return vitalStats(name);
    case 'operations':
      return OPERATION_STATS;
    case 'metrics':
      return METRIC_STATS;
    case 'errors':
      return ERROR_STATS;
  }
}

export function statNames(stream: AnomalyStream, name: string): string[] {
  return statsOf(stream, name).map((stat) => stat.name);
}

/** How many of them, from the first on, are looked at where nobody says which. */
export const USUAL_STATS: Readonly<Record<AnomalyStream, number>> = { vitals: 1, operations: 3, metrics: 1, errors: 1 };
