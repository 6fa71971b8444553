import type { Breach, BreachInput, NewBreach } from '../../../../../wire/compliance.ts';

/** As it is typed: lists one a line, numbers as text. */
export interface BreachDraft
  extends Omit<
    BreachInput,
    'categoriesOfPeople' | 'categoriesOfRecords' | 'people' | 'records' | 'detectedAtMs' | 'awareAtMs'
  > {
  projectId: string | null;
  detectedAtMs: number | null;
  awareAtMs: number | null;
  categoriesOfPeople: string;
  categoriesOfRecords: string;
  people: string;
  records: string;
}

export function emptyDraft(nowMs: number): BreachDraft {
  return {
    ...{ projectId: null, title: '', detectedAtMs: nowMs, awareAtMs: nowMs, beganAtMs: null, endedAtMs: null },
    ...{
      nature: '',
      kinds: [],
      location: '',
      categoriesOfPeople: '',
      categoriesOfRecords: '',
      people: '',
      records: '',
    },
    ...{ cause: '', causedBy: '', consequences: '', measures: '', mitigation: '', advice: '', contact: '' },
    ...{ highRisk: false, regimeIds: ['gdpr'], lateReasons: {} },
  };
}

export function draftOf(breach: Breach): BreachDraft {
  const { title, detectedAtMs, awareAtMs, beganAtMs, endedAtMs, nature, kinds, location, projectId } = breach;
  const { cause, causedBy, consequences, measures, mitigation, advice, contact, highRisk, regimeIds } = breach;
  return {
    ...{ projectId, title, detectedAtMs, awareAtMs, beganAtMs, endedAtMs, nature, kinds, location },
    ...{ cause, causedBy, consequences, measures, mitigation, advice, contact, highRisk, regimeIds },
    lateReasons: breach.lateReasons,
    categoriesOfPeople: breach.categoriesOfPeople.join('\n'),
    categoriesOfRecords: breach.categoriesOfRecords.join('\n'),
    people: numberText(breach.people),
    records: numberText(breach.records),
  };
}

/** Null while something that must be there is missing. */
export function inputOf(draft: BreachDraft): NewBreach | null {
  const { detectedAtMs, awareAtMs, people, records, title, regimeIds, lateReasons, ...rest } = draft;
  const [peopleCount, recordCount] = [numberIn(people), numberIn(records)];
  if (title.trim() === '' || detectedAtMs === null || awareAtMs === null || regimeIds.length === 0) return null;
  if (peopleCount === undefined || recordCount === undefined) return null;
  return {
    ...rest,
    ...{ title: title.trim(), detectedAtMs, awareAtMs, regimeIds, people: peopleCount, records: recordCount },
    categoriesOfPeople: linesOf(draft.categoriesOfPeople),
    categoriesOfRecords: linesOf(draft.categoriesOfRecords),
    lateReasons: Object.fromEntries(Object.entries(lateReasons).filter(([, reason]) => reason.trim() !== '')),
  };
}

/** Undefined for what is no number; an empty field is not known. */
export function numberIn(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

function numberText(value: number | null): string {
  return value === null ? '' : String(value);
}

function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => line.trim() || []);
}
