import * as z from 'zod';

/** Of what a person writes for those who come later. */
const MAX_CHARS = 1_000;

/** Why something is done, for the audit trail: has to be there. */
export const reasonSchema = z.lazy(() =>
  z.string().trim().min(1, 'must say why').max(MAX_CHARS, `must have at most ${MAX_CHARS} characters`),
);

/** A text that may be left out; null where nothing is in it. */
export const optionalTextSchema = (maxChars = MAX_CHARS) =>
  z.lazy(() =>
    z
      .string()
      .trim()
      .max(maxChars, `must have at most ${maxChars} characters`)
      .nullable()
      .default(null)
      .transform((text) => text || null),
  );
