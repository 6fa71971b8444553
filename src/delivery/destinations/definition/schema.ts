import * as z from 'zod';
import {
  DEFAULT_BREAKER,
  DEFAULT_TIMEOUT_MS,
  DESTINATION_KINDS,
  MAX_TIMEOUT_MS,
  MIN_TIMEOUT_MS,
} from '../../../wire/delivery.ts';
import { headerNameFault, headerValueFault, MAX_HEADERS } from './headers.ts';

export const MAX_TEMPLATE_CHARS = 16 * 1024;
const MAX_NAME_CHARS = 128;
const MAX_URL_CHARS = 2_048;
/** A backlog drains with this; most receivers take some tens a second. */
const DEFAULT_MAX_PER_SECOND = 50;
/** A week: who has not put a new secret in by then has forgotten it. */
const MAX_OVERLAP_HOURS = 168;
const DEFAULT_OVERLAP_HOURS = 24;

const whole = (least: number, most: number) => {
  const sentence = `must be a whole number from ${least} to ${most}`;
  return z.int(sentence).min(least, sentence).max(most, sentence);
};
const share = (least: number, most: number) => {
  const sentence = `must be a number from ${least} to ${most}`;
  return z.number(sentence).min(least, sentence).max(most, sentence);
};

/** A title for people: any script, no control characters that would garble a terminal or a log. */
const name = z.lazy(() =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(MAX_NAME_CHARS, `must have at most ${MAX_NAME_CHARS} characters`)
    .regex(/^\P{Cc}*$/u, 'must not contain control characters'),
);

const url = z.lazy(() =>
  z.string().min(1, 'must not be empty').max(MAX_URL_CHARS, `must have at most ${MAX_URL_CHARS} characters`),
);

const header = z.lazy(() =>
  z.strictObject({
    name: z.string().superRefine((text, check) => {
      const fault = headerNameFault(text);
      if (fault !== null) check.addIssue(fault);
    }),
    value: z
      .string()
      .superRefine((text, check) => {
        const fault = headerValueFault(text);
        if (fault !== null) check.addIssue(fault);
      })
      .nullable(),
    secret: z.boolean().default(false),
  }),
);

const headers = z.lazy(() =>
  z
    .array(header)
    .max(MAX_HEADERS, `must have at most ${MAX_HEADERS} headers`)
    .refine(
      (all) => new Set(all.map((one) => one.name.toLowerCase())).size === all.length,
      'must not have the same header twice',
    ),
);

/** What is left out is as it was, or as src/wire/delivery.ts has it. How they go together is checked by `breakerFault`. */
const breaker = z.lazy(() =>
  z.strictObject({
    windowMs: whole(1_000, 3_600_000).exactOptional(),
    windowCalls: whole(1, 1_000).exactOptional(),
    minimumCalls: whole(1, 1_000).exactOptional(),
    openAbove: share(0.01, 1).exactOptional(),
    closeBelow: share(0.01, 1).exactOptional(),
    slowCallMs: whole(50, MAX_TIMEOUT_MS).exactOptional(),
    slowOpenAbove: share(0.01, 1).exactOptional(),
    probeAfterMs: whole(1_000, 3_600_000).exactOptional(),
    probes: whole(1, 20).exactOptional(),
    leaseMs: whole(1_000, 600_000).exactOptional(),
    trickleCalls: whole(0, 100).exactOptional(),
    trickleWindowMs: whole(1_000, 600_000).exactOptional(),
    trickleTimeoutMs: whole(50, 5_000).exactOptional(),
  }),
);

const template = z.lazy(() =>
  z
    .string()
    .max(MAX_TEMPLATE_CHARS, `must have at most ${MAX_TEMPLATE_CHARS} characters`)
    .nullable()
    // An empty field of a form.
    .transform((text) => text || null),
);

const kind = z.lazy(() => z.enum(DESTINATION_KINDS));
const timeoutMs = z.lazy(() => whole(MIN_TIMEOUT_MS, MAX_TIMEOUT_MS));
const maxPerSecond = z.lazy(() => whole(1, 1_000));

export const createDestinationSchema = z.lazy(() =>
  z.strictObject({
    name,
    kind: kind.default('webhook'),
    url,
    headers: headers.default([]),
    template: template.default(null),
    timeoutMs: timeoutMs.default(DEFAULT_TIMEOUT_MS),
    ordered: z.boolean().default(false),
    maxPerSecond: maxPerSecond.default(DEFAULT_MAX_PER_SECOND),
    warmProbe: z.boolean().default(false),
    breaker: breaker.transform((given) => ({ ...DEFAULT_BREAKER, ...given })).default(DEFAULT_BREAKER),
    disabled: z.boolean().default(false),
  }),
);

/** What is left out stays as it is. */
export const changeDestinationSchema = z.lazy(() =>
  z.strictObject({
    /** The one that the change was made from. */
    version: z.int().min(1),
    name: name.exactOptional(),
    kind: kind.exactOptional(),
    url: url.exactOptional(),
    headers: headers.exactOptional(),
    template: template.exactOptional(),
    timeoutMs: timeoutMs.exactOptional(),
    ordered: z.boolean().exactOptional(),
    maxPerSecond: maxPerSecond.exactOptional(),
    warmProbe: z.boolean().exactOptional(),
    breaker: breaker.exactOptional(),
    disabled: z.boolean().exactOptional(),
  }),
);

export const rotateSecretSchema = z.lazy(() =>
  z.strictObject({
    kind: z.enum(['v1', 'v1a']).default('v1'),
    /** 0: the old ones end now, because somebody has seen them. */
    overlapHours: whole(0, MAX_OVERLAP_HOURS).default(DEFAULT_OVERLAP_HOURS),
  }),
);

export type CreateDestinationInput = z.infer<typeof createDestinationSchema>;
export type ChangeDestinationInput = z.infer<typeof changeDestinationSchema>;
export type RotateSecretInput = z.infer<typeof rotateSecretSchema>;
