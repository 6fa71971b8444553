import {
  HOUR_ROWS_KEPT_MS,
  MINUTE_MS,
  MINUTE_ROWS_KEPT_MS,
  type Resolution,
  type RowRange,
} from '../../rollups/index.ts';
import { bucketWidthMs } from '../histogram.ts';

const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Rows of a bucket's width that one answer reads: three days of minutes, half a year of hours. */
export const MAX_ROWS = 4_320;
/** Where each has up to fifty values, with sketches: a day of minutes, two months of hours. */
export const MAX_SPLIT_ROWS = 1_440;
/** Buckets where the caller does not say how wide they are. */
const WANTED_BUCKETS = 120;
/** Longer ranges begin and end at whole hours. */
const MAX_MINUTE_EDGES_MS = 2 * DAY_MS;
/** Longer ranges begin and end at whole days. */
const MAX_HOUR_EDGES_MS = 100 * DAY_MS;

/** Which rows are read for a range, and what of it they cover. */
export interface RowPlan {
  rows: RowRange[];
  /** Whole rows around what was asked for. */
  fromMs: number;
  toMs: number;
  /** Of the finest rows. */
  resolution: Resolution;
}

/**
 * Rows that cover a range as one: days in its middle, hours and minutes at its ends, so that any range takes at most some hundred of them, however
 * many records it holds. Its ends are as exact as its length makes sensible, and as what is kept allows.
 */
export function coverRange(fromMs: number, toMs: number, nowMs: number): RowPlan {
  const spanMs = toMs - fromMs;
  let resolution: Resolution = 1_440;
  if (spanMs <= MAX_HOUR_EDGES_MS && fromMs >= nowMs - HOUR_ROWS_KEPT_MS) resolution = 60;
  if (spanMs <= MAX_MINUTE_EDGES_MS && fromMs >= nowMs - MINUTE_ROWS_KEPT_MS) resolution = 1;
  const edgeMs = resolution * MINUTE_MS;
  const [low, high] = [Math.floor(fromMs / edgeMs) * edgeMs, Math.ceil(toMs / edgeMs) * edgeMs];
  return { rows: rowsBetween(low, high, 1_440, resolution), fromMs: low, toMs: high, resolution };
}

const FINER: Readonly<Record<Resolution, Resolution>> = { 1440: 60, 60: 1, 1: 1 };

function rowsBetween(fromMs: number, toMs: number, resolution: Resolution, finest: Resolution): RowRange[] {
  if (fromMs >= toMs) return [];
  const rowMs = resolution * MINUTE_MS;
  const [low, high] = [Math.ceil(fromMs / rowMs) * rowMs, Math.floor(toMs / rowMs) * rowMs];
  if (resolution === finest) return [{ resolution, fromMs, toMs }];
  const finer = FINER[resolution];
  if (low >= high) return rowsBetween(fromMs, toMs, finer, finest);
  return [
    ...rowsBetween(fromMs, low, finer, finest),
    { resolution, fromMs: low, toMs: high },
    ...rowsBetween(high, toMs, finer, finest),
  ];
}

/** Rows that cover a range, and buckets of whole rows. `stepMs` null chooses a width. */
export function planBuckets(
  { fromMs, toMs, stepMs }: { fromMs: number; toMs: number; stepMs: number | null },
  nowMs: number,
  maxRows = MAX_ROWS,
): { resolution: Resolution; stepMs: number; firstMs: number; endMs: number } {
  const wanted = stepMs ?? Math.max(MINUTE_MS, bucketWidthMs(fromMs, toMs, WANTED_BUCKETS));
  const rows = (widthMs: number) => (toMs - fromMs) / widthMs;
  // The first bucket begins before the range does.
  const firstMs = Math.floor(fromMs / wanted) * wanted;
  let resolution: Resolution = 1_440;
  if (wanted % DAY_MS !== 0 && rows(HOUR_MS) <= maxRows && firstMs >= nowMs - HOUR_ROWS_KEPT_MS) {
    const hasMinutes = firstMs >= nowMs - MINUTE_ROWS_KEPT_MS && rows(MINUTE_MS) <= maxRows;
    resolution = wanted % HOUR_MS !== 0 && hasMinutes ? 1 : 60;
  }
  const rowMs = resolution * MINUTE_MS;
  const step = Math.max(1, Math.round(wanted / rowMs)) * rowMs;
  return { resolution, stepMs: step, firstMs: Math.floor(fromMs / step) * step, endMs: Math.ceil(toMs / step) * step };
}
