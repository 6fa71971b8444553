import * as z from 'zod';
import { isTimeZone } from '../../shared/calendar.ts';
import type { Regime, ReportSection } from '../../wire/compliance.ts';

const DAY_MS = 86_400_000;
const MAX_DUTIES = 20;
const MAX_REMINDERS = 10;
const MAX_NAME_CHARS = 120;
const MAX_SOURCE_CHARS = 300;

export const REPORT_SECTIONS: readonly ReportSection[] = [
  ...(['nature', 'timing', 'location', 'categories_of_people', 'numbers', 'categories_of_records', 'contact'] as const),
  ...(['consequences', 'measures', 'mitigation', 'cause', 'caused_by', 'notifications', 'late_reason'] as const),
];

/** Of a regime, and of a duty within it. */
export const NAME = /^[a-z][a-z0-9_]{0,31}$/;

const whole = (least: number, most: number) =>
  z.int(`must be a whole number`).min(least, `must be at least ${least}`).max(most, `must be at most ${most}`);

const period = z.lazy(() =>
  z.union(
    [
      z.strictObject({ hours: whole(0, 8_784) }),
      z.strictObject({ days: whole(1, 3_660) }),
      z.strictObject({ months: whole(1, 120) }),
    ],
    'must be {hours}, {days} or {months}, a whole number',
  ),
);

const text = (most: number) =>
  z.string().trim().min(1, 'must not be empty').max(most, `must have at most ${most} characters`);

const duty = z.lazy(() =>
  z.strictObject({
    id: z.string().regex(NAME, 'must be small letters, digits and _, at most 32'),
    label: text(MAX_NAME_CHARS),
    toWhom: z.enum(['authority', 'affected']),
    within: period,
    remindBeforeMs: z
      .array(whole(60_000, 366 * DAY_MS))
      .max(MAX_REMINDERS, `must have at most ${MAX_REMINDERS} entries`)
      .transform((before) => [...new Set(before)].sort((a, b) => b - a)),
    when: z.enum(['always', 'high_risk']),
    source: text(MAX_SOURCE_CHARS),
  }),
);

const isDistinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

export const regimeSchema = z.lazy(() =>
  z.strictObject({
    name: text(MAX_NAME_CHARS),
    timeZone: z.string().refine(isTimeZone, 'must be a time zone of the IANA database, such as Europe/Paris'),
    breachDuties: z
      .array(duty)
      .max(MAX_DUTIES, `must have at most ${MAX_DUTIES} entries`)
      .refine((duties) => isDistinct(duties.map(({ id }) => id)), 'must not have two duties of one id'),
    erasureWithin: period.refine((within) => !('hours' in within && within.hours === 0), 'must leave some time'),
    reportSections: z
      .array(z.enum(REPORT_SECTIONS as [ReportSection, ...ReportSection[]]))
      .refine(isDistinct, 'must name each section once'),
    source: text(MAX_SOURCE_CHARS),
    /** That the change was made from; 0 for a regime that is new. */
    version: whole(0, 1_000_000),
  }),
);

export type RegimeInput = z.output<typeof regimeSchema>;
/** As it is kept. */
export type RegimeDefinition = Omit<Regime, 'id' | 'builtIn' | 'version'>;
