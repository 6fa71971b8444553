import * as z from 'zod';
import { reasonSchema } from '../shared/text-schema.ts';
import { timeSchema } from '../shared/time-schema.ts';
import { MAX_HOT_DAYS, MAX_RETENTION_DAYS, MIN_HOT_DAYS } from '../wire/archive.ts';
import { STREAMS } from '../wire/record.ts';

const MAX_RESTORE_DAYS = 90;

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
      fromMs: timeSchema,
      toMs: timeSchema.nullable().default(null),
      reason: reasonSchema,
    })
    .refine(({ fromMs, toMs }) => toMs === null || toMs > fromMs, { path: ['toMs'], message: 'must be after fromMs' }),
);

export type HoldInput = z.output<typeof holdSchema>;

export const restoreSchema = z.lazy(() =>
  z
    .strictObject({ fromMs: timeSchema, toMs: timeSchema, stream, days: days(1, MAX_RESTORE_DAYS) })
    .refine(({ fromMs, toMs }) => toMs > fromMs, { path: ['toMs'], message: 'must be after fromMs' }),
);

/** Left out: of a key its own project, of an administrator all. */
export const runSchema = z.lazy(() => z.strictObject({ project: z.string().min(1).optional() }));
