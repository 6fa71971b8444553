import * as z from 'zod';
import { MAX_PROJECT_LIMITS, MAX_QUOTA_RECORDS_PER_DAY, type ProjectLimits } from '../wire/limits.ts';
import { BROWSER_SCOPES, isScope, SCOPES } from './scopes.ts';
import type { Scope } from './types.ts';

/** A title for people: any script, no control characters that would garble a terminal or a log. */
const name = z.lazy(() =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(100, 'must have at most 100 characters')
    .regex(/^\P{Cc}*$/u, 'must not contain control characters'),
);

const scope = z.lazy(() => z.custom<Scope>(isScope, `must be one of ${SCOPES.join(', ')}`));

const origin = z.lazy(() =>
  z
    .string()
    .max(255)
    .refine(isOrigin, 'must be an origin such as https://shop.example, without path or trailing slash'),
);

export const createProjectSchema = z.lazy(() => z.strictObject({ name }));

/** Null: the default again. */
const limit = (of: keyof ProjectLimits) => {
  const sentence = `must be a whole number from 1 to ${MAX_PROJECT_LIMITS[of]}, or null for the default`;
  return z.int(sentence).min(1, sentence).max(MAX_PROJECT_LIMITS[of], sentence).nullable().exactOptional();
};

const limits = z.lazy(() =>
  z
    .strictObject({
      ingestPerMinute: limit('ingestPerMinute'),
      queryPerMinute: limit('queryPerMinute'),
      attributeNames: limit('attributeNames'),
      labelValues: limit('labelValues'),
    })
    .refine((change) => Object.keys(change).length > 0, 'must name a limit to change'),
);

const quota = z.lazy(() =>
  z
    .strictObject({
      recordsPerDay: z
        .int('must be a whole number')
        .min(1, 'must be at least 1')
        .max(MAX_QUOTA_RECORDS_PER_DAY, `must be at most ${MAX_QUOTA_RECORDS_PER_DAY}`),
    })
    .nullable(),
);

export const updateProjectSchema = z.lazy(() =>
  z
    .strictObject({ name: name.optional(), disabled: z.boolean().optional(), limits: limits.optional() })
    .refine((change) => Object.keys(change).length > 0, 'must name something to change'),
);

export const createKeySchema = z.lazy(() =>
  z
    .strictObject({
      name,
      scopes: z
        .array(scope)
        .min(1, 'must name at least one scope')
        .max(SCOPES.length)
        .transform((scopes) => [...new Set(scopes)]),
      // They travel in the key, and a key must fit a header and a WebSocket subprotocol.
      origins: z
        .array(origin)
        .min(1, 'must name at least one origin, or be left out')
        .max(8, 'must name at most 8 origins')
        .nullable()
        .default(null),
      quota: quota.default(null),
    })
    .refine(({ scopes, origins }) => origins === null || scopes.every((scope) => BROWSER_SCOPES.includes(scope)), {
      path: ['scopes'],
      message: `must be among ${BROWSER_SCOPES.join(', ')} for a browser key (one with origins): such a key is public`,
    }),
);

/** A day is long enough to roll out a new key, and short enough that nobody forgets the old one. */
const MAX_GRACE_SECONDS = 24 * 3_600;
export const rotateKeySchema = z.lazy(() =>
  z.strictObject({
    graceSeconds: z.int().min(0).max(MAX_GRACE_SECONDS, `must be at most ${MAX_GRACE_SECONDS} (a day)`).default(0),
    /** Left out: as before. */
    quota: quota.optional(),
  }),
);

export type CreateKeyInput = z.infer<typeof createKeySchema>;
export type RotateKeyInput = z.infer<typeof rotateKeySchema>;
export type UpdateProjectInput = z.infer<typeof updateProjectSchema>;

function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === text;
}
