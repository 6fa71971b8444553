import * as z from 'zod';
import { timeSchema } from '../../../shared/time-schema.ts';
import { MAX_QUERY_CHARS } from '../../../wire/limits.ts';
import { STREAMS } from '../../../wire/record.ts';

export const affectedSearchSchema = z.lazy(() =>
  z
    .strictObject({
      /** May be left out where the breach is of one project. */
      project: z.string().nullable().default(null),
      q: z.string().max(MAX_QUERY_CHARS, `must have at most ${MAX_QUERY_CHARS} characters`),
      from: timeSchema,
      to: timeSchema,
      stream: z.enum(STREAMS).nullable().default(null),
    })
    .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' }),
);

export type AffectedSearchInput = z.output<typeof affectedSearchSchema>;
