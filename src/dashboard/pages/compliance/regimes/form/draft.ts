import type { BreachDuty, Period, Regime, ReportSection } from '../../../../../wire/compliance.ts';
import type { RegimeInput } from '../../../../api/regimes.ts';

const HOUR_MS = 3_600_000;

export type Unit = 'hours' | 'days' | 'months';

/** NaN is an empty field. */
export interface PeriodDraft {
  count: number;
  unit: Unit;
}

export interface DutyDraft extends Pick<BreachDuty, 'id' | 'label' | 'toWhom' | 'when' | 'source'> {
  within: PeriodDraft;
  /** Hours with commas between them. */
  remind: string;
}

export interface RegimeDraft {
  id: string;
  name: string;
  timeZone: string;
  source: string;
  erasureWithin: PeriodDraft;
  duties: DutyDraft[];
  sections: ReportSection[];
}

export const NO_DUTY: DutyDraft = {
  ...{ id: '', label: '', toWhom: 'authority', when: 'always', source: '', remind: '48, 24, 6, 1' },
  within: { count: 72, unit: 'hours' },
};

/** Of what the server takes: of each unit the least and the most. */
export const PERIOD_BOUNDS: Readonly<Record<Unit, readonly [min: number, max: number]>> = {
  hours: [0, 8_784],
  days: [1, 3_660],
  months: [1, 120],
};

/** As one of one's own: what a built-in one becomes has a name of its own. */
export function draftOf(regime: Regime | null, isNew: boolean): RegimeDraft {
  if (regime === null) {
    return {
      ...{ id: '', name: '', timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, source: '' },
      ...{ erasureWithin: { count: 1, unit: 'months' }, duties: [NO_DUTY], sections: [] },
    };
  }
  const { id, name, timeZone, source, erasureWithin, breachDuties, reportSections } = regime;
  return {
    ...(isNew ? { id: '', name: '' } : { id, name }),
    ...{ timeZone, source, erasureWithin: periodDraft(erasureWithin), sections: reportSections },
    duties: breachDuties.map(({ within, remindBeforeMs, ...duty }) => ({
      ...{ ...duty, within: periodDraft(within) },
      remind: remindBeforeMs.map((ms) => String(ms / HOUR_MS)).join(', '),
    })),
  };
}

export const NAME = /^[a-z][a-z0-9_]{0,31}$/;

/** Of a label: what can stand in the id of a clock. */
export function nameFrom(text: string): string {
  const name = text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '');
  return name.slice(0, 32).replace(/_+$/, '');
}

/** The first of a row of ids that is not taken: `of`, `of_2`, `of_3`. */
export function freeId(of: string, taken: ReadonlySet<string>): string {
  let id = of;
  for (let i = 2; taken.has(id); i++) id = `${of.slice(0, 29)}_${i}`;
  return id;
}

/** Null while something that must be there is missing or cannot be. */
export function inputOf(draft: RegimeDraft, version: number): RegimeInput | null {
  const { name, timeZone, source, sections } = draft;
  const erasureWithin = periodOf(draft.erasureWithin);
  if ([name, timeZone, source].some((text) => text.trim() === '') || !NAME.test(draft.id)) return null;
  if (erasureWithin === null || ('hours' in erasureWithin && erasureWithin.hours === 0)) return null;
  const breachDuties = withIds(draft.duties).flatMap((duty) => dutyOf(duty) ?? []);
  if (breachDuties.length < draft.duties.length) return null;
  return {
    ...{ name: name.trim(), timeZone: timeZone.trim(), source: source.trim(), version },
    ...{ breachDuties, erasureWithin, reportSections: sections },
  };
}

/** A duty that is kept keeps its id, which is in the clocks of breaches; a new one has it of its words, each another. */
function withIds(duties: readonly DutyDraft[]): DutyDraft[] {
  const taken = new Set(duties.map(({ id }) => id));
  return duties.map((duty) => {
    if (duty.id !== '') return duty;
    const id = freeId(nameFrom(duty.label) || 'duty', taken);
    taken.add(id);
    return { ...duty, id };
  });
}

function dutyOf({ id, label, toWhom, when, source, within, remind }: DutyDraft): BreachDuty | null {
  const period = periodOf(within);
  const remindBeforeMs = remindersIn(remind);
  if (label.trim() === '' || source.trim() === '' || period === null || remindBeforeMs === null) return null;
  return { id, label: label.trim(), toWhom, when, source: source.trim(), within: period, remindBeforeMs };
}

const [MIN_REMIND_HOURS, MAX_REMIND_HOURS, MAX_REMINDERS] = [1 / 60, 366 * 24, 10];

/** The longest first; null where one is no number of hours. */
export function remindersIn(text: string): number[] | null {
  const hours = text.split(/[,;\s]+/).filter((part) => part !== '');
  const numbers = [...new Set(hours.map(Number))];
  const isTaken = (n: number) => n >= MIN_REMIND_HOURS && n <= MAX_REMIND_HOURS;
  if (numbers.length > MAX_REMINDERS || !numbers.every(isTaken)) return null;
  return numbers.map((n) => Math.round(n * HOUR_MS)).sort((a, b) => b - a);
}

function periodDraft(period: Period): PeriodDraft {
  if ('hours' in period) return { count: period.hours, unit: 'hours' };
  return 'days' in period ? { count: period.days, unit: 'days' } : { count: period.months, unit: 'months' };
}

function periodOf({ count, unit }: PeriodDraft): Period | null {
  const [min, max] = PERIOD_BOUNDS[unit];
  if (!Number.isInteger(count) || count < min || count > max) return null;
  return unit === 'hours' ? { hours: count } : unit === 'days' ? { days: count } : { months: count };
}
