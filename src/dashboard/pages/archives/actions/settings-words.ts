import {
  type ArchiveSettings,
  type ArchiveStatus,
  MAX_HOT_DAYS,
  MAX_RETENTION_DAYS,
  MIN_HOT_DAYS,
} from '../../../../wire/archive.ts';
import { STREAMS, type Stream } from '../../../../wire/record.ts';
import { days } from '../archive-words.ts';

const DAY_MS = 86_400_000;

export function retentionOf(settings: ArchiveSettings, stream: Stream): number {
  return settings.retentionDaysByStream[stream] ?? settings.retentionDays;
}

/** What the settings do, a sentence each. */
export function settingsWords(settings: ArchiveSettings): string[] {
  const { hotDays, retentionDays, infrequentAfterDays, warehouse } = settings;
  const others = STREAMS.filter((stream) => retentionOf(settings, stream) !== retentionDays);
  const exceptions = others.map((stream) => `${stream} after ${days(retentionOf(settings, stream))}`);
  return [
    `Records are in the database for ${days(hotDays)}, then in R2. Searches find them in both.`,
    infrequentAfterDays >= Math.max(retentionDays, ...others.map((stream) => retentionOf(settings, stream)))
      ? 'Archives never become infrequent access: they are deleted before.'
      : `After ${days(infrequentAfterDays)} an archive is kept for infrequent access: cheaper to keep, dearer to read.`,
    `Archives are deleted ${days(retentionDays)} after their records${exceptions.length === 0 ? '' : `, but ${listed(exceptions)}`}. What a legal hold covers is not.`,
    warehouse
      ? 'Each day and stream is also written as a Parquet file, for DuckDB and others.'
      : 'No Parquet files are written; those that are there stay.',
  ];
}

export interface Loss {
  stream: Stream;
  /** Before which day records of the stream go with the next run, that the settings in force would keep. */
  beforeMs: number;
}

/** What shorter times delete at once, which nothing brings back. */
export function lossesOf(
  before: ArchiveSettings,
  after: ArchiveSettings,
  status: ArchiveStatus,
  nowMs: number,
): Loss[] {
  const oldestMs = status.oldestDay === null ? null : Date.parse(status.oldestDay);
  if (oldestMs === null) return [];
  return STREAMS.flatMap((stream) => {
    const isShorter = retentionOf(after, stream) < retentionOf(before, stream);
    const beforeMs = nowMs - retentionOf(after, stream) * DAY_MS;
    return isShorter && oldestMs < beforeMs ? [{ stream, beforeMs }] : [];
  });
}

/** By the bounds of the server: nothing goes before it was archived. */
export function isPossible(settings: ArchiveSettings): boolean {
  const { hotDays, retentionDays, retentionDaysByStream, infrequentAfterDays } = settings;
  const within = (value: number, min: number, max: number) => Number.isInteger(value) && value >= min && value <= max;
  return (
    within(hotDays, MIN_HOT_DAYS, MAX_HOT_DAYS) &&
    within(infrequentAfterDays, 0, MAX_RETENTION_DAYS) &&
    [retentionDays, ...Object.values(retentionDaysByStream)].every((value) =>
      within(value, hotDays, MAX_RETENTION_DAYS),
    )
  );
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
