import type { BreachDuty, Period } from '../../../../wire/compliance.ts';
import { duration, plural } from '../../../lib/format.ts';

export const TO_WHOM_WORDS: Readonly<Record<BreachDuty['toWhom'], string>> = {
  authority: 'The authority',
  affected: 'Those affected',
};

export const WHEN_WORDS: Readonly<Record<BreachDuty['when'], string>> = {
  always: 'Always',
  high_risk: 'If it is likely a high risk for people',
};

export function periodWords(period: Period): string {
  if ('hours' in period) return plural(period.hours, 'hour');
  return 'days' in period ? plural(period.days, 'day') : plural(period.months, 'month');
}

/** From the moment that somebody is certain of a breach. */
export function withinWords(period: Period): string {
  return 'hours' in period && period.hours === 0 ? 'At once' : `Within ${periodWords(period)}`;
}

export function reminderWords({ remindBeforeMs }: Pick<BreachDuty, 'remindBeforeMs'>): string {
  if (remindBeforeMs.length === 0) return 'None before it is due';
  return `${remindBeforeMs.map((ms) => duration(ms)).join(', ')} before`;
}
