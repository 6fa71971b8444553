import * as z from 'zod';
import { timeSchema } from '../../../shared/time-schema.ts';

/** A body of the management API has 64 KiB; a field that is longer belongs into a file of its own. */
const MAX_TEXT_CHARS = 8_000;
const MAX_TITLE_CHARS = 200;
const MAX_CATEGORIES = 50;
const MAX_CATEGORY_CHARS = 200;
const MAX_REGIMES = 10;
const FIXED = 'is fixed once it is given: open another breach if it was wrong, and say so in this one';

const most = (chars: number) => `must have at most ${chars} characters`;
const anyText = () => z.string().trim().max(MAX_TEXT_CHARS, most(MAX_TEXT_CHARS));
const text = z.lazy(anyText);
const note = z.lazy(() => anyText().min(1, 'must not be empty'));
const title = z.lazy(() => z.string().trim().min(1, 'must not be empty').max(MAX_TITLE_CHARS, most(MAX_TITLE_CHARS)));
const categories = z.lazy(() =>
  z
    .array(z.string().trim().min(1, 'must not be empty').max(MAX_CATEGORY_CHARS, most(MAX_CATEGORY_CHARS)))
    .max(MAX_CATEGORIES, `must have at most ${MAX_CATEGORIES} entries`),
);
const number = z.lazy(() => z.int('must be a whole number').min(0, 'must not be negative').nullable());
const regimeIds = z.lazy(() =>
  z
    .array(z.string())
    .min(1, 'must name a regime: without one nothing is due')
    .max(MAX_REGIMES, `must have at most ${MAX_REGIMES} entries`)
    .refine((ids) => new Set(ids).size === ids.length, 'must name each regime once'),
);
const lateReasons = z.lazy(() => z.record(z.string(), note));
const kinds = z.lazy(() =>
  z.array(z.enum(['confidentiality', 'integrity', 'availability'])).transform((all) => [...new Set(all)]),
);

const texts = {
  nature: text,
  location: text,
  cause: text,
  causedBy: text,
  consequences: text,
  measures: text,
  mitigation: text,
  advice: text,
  contact: text,
};
const emptyTexts = () =>
  Object.fromEntries(Object.entries(texts).map(([name, schema]) => [name, schema.default('')])) as {
    [name in keyof typeof texts]: z.ZodDefault<typeof text>;
  };

export const newBreachSchema = z.lazy(() =>
  z.strictObject({
    projectId: z.string().nullable().default(null),
    title,
    detectedAtMs: timeSchema,
    awareAtMs: timeSchema,
    beganAtMs: timeSchema.nullable().default(null),
    endedAtMs: timeSchema.nullable().default(null),
    kinds: kinds.default([]),
    categoriesOfPeople: categories.default([]),
    categoriesOfRecords: categories.default([]),
    people: number.default(null),
    records: number.default(null),
    highRisk: z.boolean().default(false),
    regimeIds,
    lateReasons: lateReasons.default({}),
    ...emptyTexts(),
  }),
);

const exact = <T extends z.ZodRawShape>(shape: T) =>
  Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, z.exactOptional(schema)])) as {
    [name in keyof T]: z.ZodExactOptional<T[name]>;
  };

export const changeBreachSchema = z.lazy(() =>
  z.strictObject({
    version: z.int('must be the version that the change was made from'),
    detectedAtMs: z.never(FIXED).optional(),
    awareAtMs: z.never(FIXED).optional(),
    ...exact({
      title,
      ...{ beganAtMs: timeSchema.nullable(), endedAtMs: timeSchema.nullable(), kinds },
      ...{ categoriesOfPeople: categories, categoriesOfRecords: categories, people: number, records: number },
      ...{ highRisk: z.boolean(), regimeIds, lateReasons, state: z.enum(['open', 'contained']) },
      ...texts,
    }),
  }),
);

export const resolveSchema = z.lazy(() =>
  z.strictObject({
    version: z.int('must be the version that was read'),
    resolution: note,
  }),
);

export const clockAnswerSchema = z.lazy(() =>
  z.union(
    [
      z.strictObject({ doneAtMs: timeSchema.nullable(), note: note.nullable().default(null) }),
      z.strictObject({ notNeeded: z.literal(true), note }),
    ],
    'must be {doneAtMs, note}, or {notNeeded: true, note} with a note that says why',
  ),
);

export type NewBreachInput = z.output<typeof newBreachSchema>;
export type ChangeBreachInput = z.output<typeof changeBreachSchema>;
export type ResolveInput = z.output<typeof resolveSchema>;
export type ClockAnswerInput = z.output<typeof clockAnswerSchema>;
