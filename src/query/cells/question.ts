import type { MetricInfo, RollupStream } from '../../rollups/index.ts';
import type { SummedCell } from './sums.ts';

/** What is asked of the sums of a stream. */
export interface CellQuestion {
  stream: RollupStream;
  /** Null is every name of the stream. */
  names: readonly string[] | null;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** Width of the buckets; null is one for the whole range, `auto` as many as a chart wants. */
  stepMs: number | null | 'auto';
  /** One cell for each value of this label; null is one for all. */
  by: string | null;
  /** Only points whose labels have these values. */
  filters: readonly LabelFilter[];
}

export interface LabelFilter {
  label: string;
  value: string;
}

export interface CellAnswer {
  /** What is covered: whole rows, or buckets, around what was asked for. */
  fromMs: number;
  toMs: number;
  /** Of a bucket; the whole range where there is one. */
  stepMs: number;
  /** `records`: no row holds this combination of labels, so the records themselves were read. */
  source: 'rollups' | 'records';
  /** Of the finest rows; null for records. */
  resolutionMs: number | null;
  /** False: so much was to be read that only what is from `countedFromMs` on is counted in full. */
  complete: boolean;
  countedFromMs: number;
  /** Of the first name, where the stream is metrics and it was ever seen. */
  info: MetricInfo | null;
  /** One for each name, value and bucket that has points. */
  cells: SummedCell[];
}
