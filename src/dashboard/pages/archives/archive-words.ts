import type { Archive, ArchiveStatus } from '../../../wire/archive.ts';
import { day, duration, plural } from '../../lib/format.ts';
import type { Headline } from '../../lib/headline.ts';
import type { Tone } from '../../lib/tone.ts';

const HOUR_MS = 3_600_000;
/** A block waits up to six hours for others of its day, to lie in one object with them: below this nothing is wrong. */
const USUAL_LAG_MS = 6 * HOUR_MS;
const BAD_LAG_MS = 24 * HOUR_MS;

/** Is the past complete, and how far behind is the move. */
export function archiveHeadline(status: ArchiveStatus): Headline {
  const { archives, records, oldestDay, newestDay, hot, lagMs, due, hotDaysInForce, settings } = status;
  if (archives === 0 && hot.records === 0) {
    return {
      tone: 'info',
      text: 'There is nothing to archive yet',
      detail: `Records move here when they are ${days(hotDaysInForce)} old. There is none yet.`,
    };
  }
  const past =
    oldestDay === null || newestDay === null
      ? ''
      : `${plural(records, 'record')}, ${spanWords(oldestDay, newestDay)}. `;
  const isEarly = hotDaysInForce < settings.hotDays;
  const early = isEarly
    ? ` The database nears its size limit: records move after ${days(hotDaysInForce)} instead of ${settings.hotDays}.`
    : '';
  if (due > 0 && lagMs >= USUAL_LAG_MS) {
    return {
      tone: lagMs >= BAD_LAG_MS ? 'bad' : 'warn',
      text: `The move is ${duration(lagMs)} behind`,
      detail: `${plural(due, 'block')} should be in R2 by now. Searches read them from the database.${early}`,
    };
  }
  return {
    tone: isEarly ? 'warn' : 'ok',
    text: isEarly
      ? 'The past is complete, and moves early'
      : archives === 0
        ? `Nothing is older than ${days(hotDaysInForce)} yet`
        : 'The past is complete',
    detail: `${past}${due > 0 ? `${plural(due, 'block')} will move within hours.` : `All that is older than ${days(hotDaysInForce)} is archived.`}${early}`,
  };
}

function spanWords(oldest: string, newest: string): string {
  return oldest === newest ? `of ${oldest}` : `from ${oldest} to ${newest}`;
}

/** "7 years (2,557 days)" is more than anybody reads: years where they are whole, or nearly, with leap days. */
export function days(count: number): string {
  const years = count / 365.25;
  const whole = Math.round(years);
  if (whole >= 1 && Math.abs(years - whole) * 365.25 < 1.5) return plural(whole, 'year');
  return plural(count, 'day');
}

/** packedBytes of rawBytes. */
export function ratioOf({ rawBytes, packedBytes }: { rawBytes: number; packedBytes: number }): number | null {
  return rawBytes === 0 ? null : packedBytes / rawBytes;
}

export function placeWords({ state, hotUntilMs }: Archive, nowMs: number): { tone: Tone; word: string } {
  if (state === 'writing') return { tone: 'info', word: 'Being written' };
  if (state === 'leaving') return { tone: 'off', word: 'Being deleted' };
  return hotUntilMs !== null && hotUntilMs > nowMs ? { tone: 'ok', word: 'Hot' } : { tone: 'info', word: 'Cold' };
}

export function verifiedWords({ verified, failedReads }: Archive): { tone: Tone; word: string } {
  if (verified?.ok !== false && failedReads > 0) return { tone: 'bad', word: 'Fails' };
  if (verified === null) return { tone: 'off', word: 'Not yet' };
  return verified.ok ? { tone: 'ok', word: 'Verified' } : { tone: 'bad', word: 'Damaged' };
}

export function expiryWords({ holdId, expiresAtMs }: Archive): string {
  if (holdId !== null) return 'Held';
  return expiresAtMs === null ? 'Never' : day(expiresAtMs);
}

/** "batch-0001" of its key. */
export function batchOf({ key }: Archive): string {
  return key.slice(key.lastIndexOf('/') + 1).replace('.ndjson.gz', '');
}
