import * as z from 'zod';
import { once } from '../../shared/once.ts';
import { DEFAULT_REPEAT_SECONDS, MAX_WINDOW_SECONDS, MIN_WINDOW_SECONDS, SEVERITIES } from '../../wire/alerts.ts';
import { isTimeZone, RESERVED_LABELS } from '../state/index.ts';
import { conditionSchema, text, whole } from './condition-schema.ts';

const MAX_NAME_CHARS = 128;
const MAX_LABELS = 20;
const MAX_LABEL_CHARS = 256;
const MAX_MUTE_WINDOWS = 20;
const MAX_RULE_DESTINATIONS = 20;
const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;
/** What waits longer to be told with others is told too late. */
const MAX_GROUP_WAIT_SECONDS = 600;
const LAST_MINUTE = 1_439;

const labels = z.lazy(() =>
  z
    .record(
      z
        .string()
        .regex(/^[A-Za-z_][\w.-]{0,63}$/, 'must be a name of letters, digits and _.-, at most 64')
        .refine((name) => !RESERVED_LABELS.includes(name), `must not be one of ${RESERVED_LABELS.join(', ')}`),
      z.string().max(MAX_LABEL_CHARS, `must have at most ${MAX_LABEL_CHARS} characters`),
    )
    .refine((named) => Object.keys(named).length <= MAX_LABELS, `must have at most ${MAX_LABELS} labels`),
);

const muteWindow = z.lazy(() =>
  z.strictObject({
    days: z
      .array(whole(0, 6))
      .min(1, 'must name a day')
      .refine((days) => new Set(days).size === days.length, 'must not name a day twice'),
    fromMinute: whole(0, LAST_MINUTE),
    toMinute: whole(0, LAST_MINUTE),
    timeZone: z
      .string()
      .max(64, 'must have at most 64 characters')
      .refine(isTimeZone, 'must be the IANA name of a time zone, such as Europe/Berlin'),
  }),
);

const repeat = z.lazy(() =>
  z
    .int('must be a whole number')
    .refine(
      (seconds) => seconds === 0 || (seconds >= MINUTE_SECONDS && seconds <= 7 * DAY_SECONDS),
      `must be 0, or from ${MINUTE_SECONDS} to ${7 * DAY_SECONDS}`,
    ),
);

const fields = once(() => ({
  name: z.string().trim().pipe(text(MAX_NAME_CHARS)),
  condition: conditionSchema,
  windowSeconds: whole(MIN_WINDOW_SECONDS, MAX_WINDOW_SECONDS).default(300),
  forSeconds: whole(0, DAY_SECONDS).default(0),
  severity: z.enum(SEVERITIES).default('warning'),
  labels: labels.default({}),
  muteWindows: z.array(muteWindow).max(MAX_MUTE_WINDOWS, `must have at most ${MAX_MUTE_WINDOWS} windows`).default([]),
  notifyResolved: z.boolean('must be true or false').default(true),
  groupWaitSeconds: whole(0, MAX_GROUP_WAIT_SECONDS).default(0),
  repeatSeconds: repeat.default(DEFAULT_REPEAT_SECONDS),
  destinationIds: z
    .array(text(64))
    .max(MAX_RULE_DESTINATIONS, `must have at most ${MAX_RULE_DESTINATIONS} destinations`)
    .refine((ids) => new Set(ids).size === ids.length, 'must not name a destination twice')
    .default([]),
  enabled: z.boolean('must be true or false').default(true),
}));

/** A measure is read from rows of whole minutes. */
const WHOLE_MINUTES = {
  path: ['windowSeconds'],
  message: `of a measure must be whole minutes: a multiple of ${MINUTE_SECONDS}`,
};
const hasWholeMinutes = ({ condition, windowSeconds }: { condition: { kind: string }; windowSeconds: number }) =>
  condition.kind !== 'measure' || windowSeconds % MINUTE_SECONDS === 0;

export const ruleSchema = z.lazy(() => z.strictObject(fields()).refine(hasWholeMinutes, WHOLE_MINUTES));

/** `version`: the one that the change was made from; null changes whatever is there. */
export const changeRuleSchema = z.lazy(() =>
  z
    .strictObject({ ...fields(), version: whole(1, Number.MAX_SAFE_INTEGER).nullable().default(null) })
    .refine(hasWholeMinutes, WHOLE_MINUTES),
);
