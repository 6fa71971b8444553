import * as z from 'zod';
import { parseTime } from '../shared/time.ts';
import { MAX_HOT_DAYS, MAX_RETENTION_DAYS, MIN_HOT_DAYS } from '../wire/archive.ts';
import { STREAMS } from '../wire/record.ts';

const MAX_REASON_CHARS = 1_000;
const MAX_RESTORE_DAYS = 90;

const time = z.lazy(() =>
  z.union([z.number(), z.string()]).transform((value, check) => {
    const ms = parseTime(String(value));
    if (ms === null) check.addIssue('must be Unix milliseconds or an ISO 8601 time');
    return ms ?? Number.NaN;
  }),
);

const days = (least: number, most: number) =>
  z
    .int(`must be a whole number of days from ${least} to ${most}`)
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);

/** What leaves the database before its retention is over must have been archived: retention is never shorter than the hot period. */
export const settingsSchema = z.lazy(() =>
  z
    .strictObject({
      hotDays: days(MIN_HOT_DAYS, MAX_HOT_DAYS),
      retentionDays: days(MIN_HOT_DAYS, MAX_RETENTION_DAYS),
      retentionDaysByStream: z.partialRecord(z.enum(STREAMS), days(MIN_HOT_DAYS, MAX_RETENTION_DAYS)),
      infrequentAfterDays: days(0, MAX_RETENTION_DAYS),
      warehouse: z.boolean(),
    })
    .superRefine(({ hotDays, retentionDays, retentionDaysByStream }, check) => {
      const reason = 'must be at least hotDays';
      if (retentionDays < hotDays) check.addIssue({ code: 'custom', path: ['retentionDays'], message: reason });
      for (const [stream, own] of Object.entries(retentionDaysByStream)) {
        if ((own ?? hotDays) < hotDays) {
          check.addIssue({ code: 'custom', path: ['retentionDaysByStream', stream], message: reason });
        }
      }
    }),
);

const stream = z.lazy(() => z.enum(STREAMS).nullable().default(null));

export const holdSchema = z.lazy(() =>
  z
    .strictObject({
      stream,
      fromMs: time,
      toMs: time.nullable().default(null),
      reason: z
        .string()
        .trim()
        .min(1, 'must say why')
        .max(MAX_REASON_CHARS, `must have at most ${MAX_REASON_CHARS} characters`),
    })
    .refine(({ fromMs, toMs }) => toMs === null || toMs > fromMs, { path: ['toMs'], message: 'must be after fromMs' }),
);

export type HoldInput = z.output<typeof holdSchema>;

export const restoreSchema = z.lazy(() =>
  z
    .strictObject({ fromMs: time, toMs: time, stream, days: days(1, MAX_RESTORE_DAYS) })
    .refine(({ fromMs, toMs }) => toMs > fromMs, { path: ['toMs'], message: 'must be after fromMs' }),
);

/** Left out: of a key its own project, of an administrator all. */
export const runSchema = z.lazy(() => z.strictObject({ project: z.string().min(1).optional() }));
