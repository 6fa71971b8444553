import * as z from 'zod';
import { optionalTextSchema, reasonSchema } from '../../../shared/text-schema.ts';
import { ERASURE_CATEGORIES } from '../../../wire/compliance.ts';
import { STREAMS } from '../../../wire/record.ts';
import { MAX_ID_CHARS, MAX_IDS, MIN_IDENTIFIER_CHARS } from '../identity/identity.ts';
import { DEFAULT_GRACE_DAYS, MAX_GRACE_DAYS } from '../lifecycle/grace.ts';

const MAX_CONTACT_CHARS = 500;
const MAX_HOLDS = 30;

const ids = (least: number) =>
  z
    .array(
      z
        .string()
        .trim()
        .min(least, `must have at least ${least} characters`)
        .max(MAX_ID_CHARS, `must have at most ${MAX_ID_CHARS} characters`),
    )
    .max(MAX_IDS, `may be ${MAX_IDS}`)
    .default([]);

export const holdSchema = z.lazy(() =>
  z
    .strictObject({
      category: z.enum(ERASURE_CATEGORIES),
      stream: z.enum(STREAMS).nullable().default(null),
      reason: reasonSchema,
    })
    .refine(({ category, stream }) => stream === null || category === 'records', {
      path: ['stream'],
      message: 'is of records alone',
    }),
);

export const cancelSchema = z.lazy(() => z.strictObject({ reason: reasonSchema }));

export const deletionSchema = z.lazy(() =>
  z.strictObject({
    projectId: z.string().min(1, 'is missing'),
    identity: z.strictObject({ userIds: ids(1), sessionIds: ids(1), identifiers: ids(MIN_IDENTIFIER_CHARS) }),
    regimeId: z.string().min(1, 'is missing'),
    receivedAtMs: z.int('must be whole milliseconds').min(0, 'must be a time'),
    graceDays: z
      .int('must be whole days')
      .min(0, 'must be 0 or more')
      .max(MAX_GRACE_DAYS, `must be at most ${MAX_GRACE_DAYS}`)
      .default(DEFAULT_GRACE_DAYS),
    contact: optionalTextSchema(MAX_CONTACT_CHARS),
    holds: z.array(holdSchema).max(MAX_HOLDS, `may be ${MAX_HOLDS}`).default([]),
  }),
);
