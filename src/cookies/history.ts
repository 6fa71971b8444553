import * as z from 'zod';
import type { Ctx } from '../env.ts';
import { fromBase64Url, toBase64Url, utf8 } from '../shared/bytes.ts';
import { checkInput } from '../shared/json-body.ts';
import { invalidInput, type Problem } from '../shared/problem.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { CookieDay } from '../wire/cookies.ts';
import { MAX_AGE_DAYS } from './attributes.ts';
import { average, type Day, type DayStats, type DayTotals, dayOf, dayText, trendOf } from './day.ts';

/** As long as a cookie can last. */
export const HISTORY_DAYS = MAX_AGE_DAYS;
/** Of samples without a device cookie; a hash cannot be spelled so. */
export const UNKNOWN_DEVICE = 'unknown';
/** Devices beyond MAX_DEVICES_PER_DAY. */
export const OTHER_DEVICES = '(other)';
export const MAX_DEVICES_PER_DAY = 10_000;

export interface CookieHistoryQuery {
  fromDay: Day;
  toDay: Day;
  /** Null is every one. */
  device: string | null;
  limit: number;
  /** Rows behind this one, newest day first, then by device. */
  after: { day: Day; device: string } | null;
}

export interface CookieHistoryRows {
  /** One more than `limit` where there are more. */
  devices: { day: Day; device: string; stats: DayStats }[];
  days: { day: Day; totals: DayTotals }[];
}

export interface CookieHistory {
  items: {
    day: string;
    /** The deviceRef of fraud events. Null: samples without a device cookie, or with one that no sign-in set. `(other)`: devices beyond the 10,000th of that day. */
    device: string | null;
    samples: number;
    maxCount: number;
    maxBytes: number;
    avgBytes: number;
    warnings: DayStats['warnings'];
  }[];
  nextCursor: string | null;
  /** All devices together, oldest day first, without days that have no sample. */
  trend: CookieDay[];
}

const wholeNumber = (most: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .int('must be whole')
    .min(1, 'must be at least 1')
    .max(most, `must be at most ${most}`);
const parameters = z.lazy(() =>
  z.object({
    days: wholeNumber(HISTORY_DAYS).default(30),
    device: z.string().max(64, 'must be a device of this list').optional(),
    limit: wholeNumber(1_000).default(200),
    cursor: z.string().optional(),
  }),
);

/** Reads `?days=&device=&limit=&cursor=`. */
export function readHistoryQuery(
  query: Record<string, string>,
  { nowMs }: Pick<Ctx, 'nowMs'>,
): Result<CookieHistoryQuery, Problem> {
  const read = checkInput(parameters, query);
  if (!read.ok) return read;
  const { days, device, limit, cursor } = read.value;
  const toDay = dayOf(nowMs);
  const after = cursor === undefined ? null : cursorOf(cursor);
  if (cursor !== undefined && after === null)
    return err(invalidInput([{ pointer: '/cursor', reason: 'must be a nextCursor of this list' }]));
  return ok({ fromDay: toDay - days + 1, toDay, device: device || null, limit, after });
}

function cursorOf(text: string): CookieHistoryQuery['after'] {
  const [, day, device] =
    /^(\d{1,7})\.(.{1,64})$/.exec(new TextDecoder().decode(fromBase64Url(text) ?? new Uint8Array(0))) ?? [];
  return day === undefined || device === undefined ? null : { day: Number(day), device };
}

export function historyAnswer({ devices, days }: CookieHistoryRows, limit: number): CookieHistory {
  const rows = devices.slice(0, limit);
  const last = rows.at(-1);
  return {
    items: rows.map(({ day, device, stats }) => ({
      day: dayText(day),
      device: device === UNKNOWN_DEVICE ? null : device,
      samples: stats.samples,
      maxCount: stats.maxCount,
      maxBytes: stats.maxBytes,
      avgBytes: average(stats),
      warnings: stats.warnings,
    })),
    nextCursor: devices.length > limit && last ? toBase64Url(utf8(`${last.day}.${last.device}`)) : null,
    trend: days.map(({ day, totals }) => trendOf(day, totals)),
  };
}
