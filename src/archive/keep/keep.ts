import { dayOf } from '../../shared/calendar.ts';
import type { ArchiveSettings, LegalHold } from '../../wire/archive.ts';
import type { Stream } from '../../wire/record.ts';

export const DAY_MS = 86_400_000;

/** What an archive, or a block, spans. */
export interface Span {
  stream: Stream;
  minTs: number;
  maxTs: number;
}

/** Whether any record of the span may be one that the hold names. */
export function covers(hold: Pick<LegalHold, 'stream' | 'fromMs' | 'toMs' | 'releasedAtMs'>, span: Span): boolean {
  return (
    hold.releasedAtMs === null &&
    (hold.stream === null || hold.stream === span.stream) &&
    hold.fromMs <= span.maxTs &&
    (hold.toMs === null || hold.toMs > span.minTs)
  );
}

export function retentionDaysOf(settings: ArchiveSettings, stream: Stream): number {
  return settings.retentionDaysByStream[stream] ?? settings.retentionDays;
}

/** When the last of its records has been kept for as long as it must be. Days of 24 hours: UTC has no others. */
export function expiresAtMs(settings: ArchiveSettings, { stream, maxTs }: Span): number {
  return maxTs + retentionDaysOf(settings, stream) * DAY_MS;
}

/** Archives whose newest record is older than this are to be deleted. */
export function expiredBeforeMs(settings: ArchiveSettings, stream: Stream, nowMs: number): number {
  return nowMs - retentionDaysOf(settings, stream) * DAY_MS;
}

/** Archives of this day and of those before belong in the class for what is rarely read: their day is over for so long. */
export function infrequentToDay({ infrequentAfterDays }: ArchiveSettings, nowMs: number): string {
  return dayOf(nowMs - (infrequentAfterDays + 1) * DAY_MS);
}
