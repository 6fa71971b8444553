import type { Ctx } from '../../env.ts';
import type { KnownGroup } from '../../errors/index.ts';
import { ALL_ERRORS, type Cell, MINUTE_MS } from '../../rollups/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { ErrorGroup } from '../../wire/error-groups.ts';
import type { CellAnswer, LabelFilter } from '../cells/question.ts';
import { readCells } from '../cells/read.ts';
import type { ReadError } from '../errors.ts';
import { bucketWidthMs } from '../histogram.ts';
import { statusOf } from './known.ts';

/** Buckets of a chart and of a group's small one. */
const WANTED_BUCKETS = 48;
const MAX_RELEASES = 10;
const HOUR_MS = 60 * MINUTE_MS;
/** Rows of minutes, of all groups together, where each had an error in every minute: well below what one statement reads (rollups/read-store.ts). */
const MAX_TREND_ROWS = 40_000;

export interface CountedRange {
  fromMs: number;
  toMs: number;
  filters: readonly LabelFilter[];
}

/** Counts of some groups, and of all errors, over time. */
export interface Trends {
  bucketMs: number;
  /** Starts of the buckets, oldest first. */
  starts: number[];
  complete: boolean;
  /** Of a group, or of ALL_ERRORS: as many as there are starts. */
  countsOf(name: string): number[];
}

export async function readTrends(
  ctx: Ctx,
  projectId: string,
  { fromMs, toMs, filters }: CountedRange,
  fingerprints: readonly string[],
): Promise<Result<Trends, ReadError>> {
  const names = [ALL_ERRORS, ...fingerprints];
  const wantedMs = Math.max(MINUTE_MS, bucketWidthMs(fromMs, toMs, WANTED_BUCKETS));
  // Every minute of a day, of fifty groups, is more than is read at once: then whole hours.
  const isByHour = (names.length * (toMs - fromMs)) / MINUTE_MS > MAX_TREND_ROWS;
  const stepMs = isByHour ? Math.ceil(wantedMs / HOUR_MS) * HOUR_MS : wantedMs;
  const read = await readCells(ctx, projectId, { stream: 'errors', names, fromMs, toMs, stepMs, by: null, filters });
  if (!read.ok) return read;
  const { stepMs: bucketMs, cells } = read.value;
  const first = Math.floor(fromMs / bucketMs);
  const starts = Array.from({ length: Math.ceil(toMs / bucketMs) - first }, (_, i) => (first + i) * bucketMs);
  const counts = new Map<string, number[]>();
  for (const { name, ts, cell } of cells) {
    const own = counts.get(name) ?? starts.map(() => 0);
    counts.set(name, own);
    const index = Math.floor(ts / bucketMs) - first;
    if (index >= 0 && index < own.length) own[index] = (own[index] ?? 0) + cell.count;
  }
  const { complete } = read.value;
  return ok({ bucketMs, starts, complete, countsOf: (name) => counts.get(name) ?? starts.map(() => 0) });
}

/** Counts by the values of a label, for each group, the most frequent first. */
export async function readValues(
  ctx: Ctx,
  projectId: string,
  { fromMs, toMs }: Pick<CountedRange, 'fromMs' | 'toMs'>,
  names: readonly string[],
  label: string,
): Promise<Result<Map<string, { value: string; count: number }[]>, ReadError>> {
  const question = { stream: 'errors', names, fromMs, toMs, stepMs: null, by: label, filters: [] } as const;
  const read = names.length === 0 ? null : await readCells(ctx, projectId, question);
  if (read && !read.ok) return read;
  const values = new Map<string, { value: string; count: number }[]>();
  for (const { name, value, cell } of read?.value.cells ?? []) {
    const own = values.get(name) ?? [];
    values.set(name, own);
    own.push({ value, count: cell.count });
  }
  for (const own of values.values()) own.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return ok(values);
}

/** A group as it is answered with. `cell`: its sums in the range; null where it did not happen in it. */
export function groupAnswer(
  known: KnownGroup,
  cell: Cell | null,
  {
    trend,
    releases,
    knowsSessions,
  }: { trend: number[]; releases: { value: string; count: number }[]; knowsSessions: boolean },
): ErrorGroup {
  const { fingerprint, type, message, culprit, firstSeenMs, lastSeenMs, firstRelease, statusAtMs } = known;
  return {
    ...{ fingerprint, type, message, culprit, count: cell?.count ?? 0 },
    sessions: knowsSessions ? (cell?.sessions?.count ?? 0) : null,
    ...{ firstSeenMs, lastSeenMs, firstRelease },
    releases: releases.slice(0, MAX_RELEASES).map(({ value, count }) => ({ release: value, count })),
    ...{ trend, status: statusOf(known), statusAtMs },
  };
}

/** Rows of one label's values do not hold their sessions; the records do. */
export function knowsSessions({ source }: CellAnswer, filters: readonly LabelFilter[]): boolean {
  return filters.length === 0 || source === 'records';
}
