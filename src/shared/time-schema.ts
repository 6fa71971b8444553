import * as z from 'zod';
import { parseTime } from './time.ts';

/** Unix milliseconds or ISO 8601, in a body; Unix milliseconds for whoever reads it. */
export const timeSchema = z.lazy(() =>
  z.union([z.number(), z.string()]).transform((value, check) => {
    const ms = parseTime(String(value));
    if (ms === null) check.addIssue('must be Unix milliseconds or an ISO 8601 time');
    return ms ?? Number.NaN;
  }),
);
