import type { LogRecord, Stream } from '../../wire/record.ts';
import type { Observations } from '../histogram.ts';

/** Streams whose records are summed up. */
export const ROLLUP_STREAMS = ['metrics', 'vitals', 'operations', 'errors'] as const satisfies readonly Stream[];
export type RollupStream = (typeof ROLLUP_STREAMS)[number];

export function isSummedUp(stream: Stream): stream is RollupStream {
  return (ROLLUP_STREAMS as readonly Stream[]).includes(stream);
}

export const METRIC_TYPES = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const;
export type MetricType = (typeof METRIC_TYPES)[number];

/** What one record adds to one metric, understood. */
export interface MetricPoint {
  name: string;
  unit: string;
  type: MetricType;
  ts: number;
  /** By name, the service among them. */
  labels: ReadonlyMap<string, string>;
  reading: Reading;
  /** Counted among the different ones of the total; null where nobody asks for them. */
  session: string | null;
}

export type Reading =
  /** `tally`: which of a few classes it is of, such as good, needs improvement and poor. Without a value it happened, and nobody measured it. */
  | { kind: 'value'; value: number | null; tally: number | null }
  /** It happened: no value that a percentile would be asked of. */
  | { kind: 'event' }
  /** What came since the point before: added up as it is. */
  | { kind: 'delta'; observations: Observations }
  /** What came since the start of the series: counts by its difference. */
  | { kind: 'cumulative'; series: string; startTs: number | null; observations: Observations };

/** What a record of one stream says. None where it says nothing that can be summed up: it stays searchable, and no rollup knows it. */
export type PointReader = (record: LogRecord) => MetricPoint[];
