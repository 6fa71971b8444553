import { localTime } from '../../../shared/calendar.ts';
import type { BreachReport, Regime, ReportSection } from '../../../wire/compliance.ts';
import type { StoredNotification } from '../notify/notification-store.ts';
import { type Clock, clockState } from '../register/clocks.ts';
import type { StoredBreach, Totals } from '../register/store.ts';

export const HEADINGS: Readonly<Record<ReportSection, string>> = {
  nature: 'Nature of the breach',
  timing: 'Time',
  location: 'Where it took place',
  categories_of_people: 'Categories of people concerned',
  numbers: 'Numbers of people and records',
  categories_of_records: 'Categories of records concerned',
  contact: 'Contact',
  consequences: 'Likely consequences',
  measures: 'Measures taken and proposed',
  mitigation: 'Measures that mitigate its effects',
  cause: 'Events, circumstances and reasons',
  caused_by: 'Findings about the person who caused it',
  notifications: 'Notifications of those affected',
  late_reason: 'Reasons for the delay',
};

/** What a report is made of. */
export interface Reported {
  breach: StoredBreach;
  /** Of this regime, in force. */
  clocks: readonly Clock[];
  totals: Totals | undefined;
  notifications: readonly StoredNotification[];
}

/** In the order of the regime. A section of which the register says nothing is there, empty, and named in `missing`. */
export function sectionsOf(
  regime: Regime,
  reported: Reported,
  nowMs: number,
): Pick<BreachReport, 'sections' | 'missing'> {
  const sections: BreachReport['sections'] = [];
  const missing: ReportSection[] = [];
  for (const section of regime.reportSections) {
    const said = contentOf(section, regime, reported, nowMs);
    if (said === 'not_needed') continue;
    sections.push({ section, heading: HEADINGS[section], paragraphs: said.paragraphs });
    if (!said.isComplete) missing.push(section);
  }
  return { sections, missing };
}

interface Content {
  paragraphs: string[];
  isComplete: boolean;
}

function contentOf(
  section: ReportSection,
  regime: Regime,
  { breach, clocks, totals, notifications }: Reported,
  nowMs: number,
): Content | 'not_needed' {
  const { facts } = breach;
  switch (section) {
    case 'nature':
      return {
        paragraphs: [
          ...texts(facts.nature),
          ...(facts.kinds.length > 0 ? [`What was breached: ${facts.kinds.join(', ')}.`] : []),
        ],
        isComplete: facts.nature !== '',
      };
    case 'timing':
      return timing(breach, regime.timeZone);
    case 'location':
      return text(facts.location);
    case 'categories_of_people':
      return list(facts.categoriesOfPeople);
    case 'categories_of_records':
      return list(facts.categoriesOfRecords);
    case 'numbers':
      return numbers(breach, totals);
    case 'contact':
      return text(facts.contact);
    case 'consequences':
      return text(facts.consequences);
    case 'measures':
      return text(facts.measures);
    case 'mitigation':
      return text(facts.mitigation);
    case 'cause':
      return text(facts.cause);
    case 'caused_by':
      return text(facts.causedBy);
    case 'notifications':
      return told(clocks, totals, notifications, regime.timeZone);
    case 'late_reason':
      return lateReasons(breach, clocks, nowMs);
  }
}

function texts(value: string): string[] {
  return value === '' ? [] : [value];
}

function text(value: string): Content {
  return { paragraphs: texts(value), isComplete: value !== '' };
}

function list(values: readonly string[]): Content {
  return { paragraphs: [...values], isComplete: values.length > 0 };
}

function timing({ detectedAtMs, awareAtMs, facts }: StoredBreach, timeZone: string): Content {
  const time = (ms: number | null) => (ms === null ? 'not known' : localTime(ms, timeZone));
  const paragraphs = [
    ...[`Began: ${time(facts.beganAtMs)}`, `Ended: ${time(facts.endedAtMs)}`],
    ...[`Detected: ${time(detectedAtMs)}`, `Became known: ${time(awareAtMs)}`],
  ];
  return { paragraphs, isComplete: facts.beganAtMs !== null };
}

function numbers({ facts }: StoredBreach, totals: Totals | undefined): Content {
  const counted = totals !== undefined && totals.users > 0 ? totals : null;
  const paragraphs = [
    facts.people === null ? '' : `People, approximately: ${facts.people}`,
    facts.records === null ? '' : `Records, approximately: ${facts.records}`,
    counted ? `Counted by search so far: ${counted.users} users, in ${counted.records} records` : '',
  ].filter((paragraph) => paragraph !== '');
  const isComplete = counted !== null || (facts.people !== null && facts.records !== null);
  return { paragraphs, isComplete };
}

function told(
  clocks: readonly Clock[],
  totals: Totals | undefined,
  notifications: readonly StoredNotification[],
  timeZone: string,
): Content {
  const { users = 0, waiting = 0, claimed = 0, queued = 0, delivered = 0, failed = 0 } = totals ?? {};
  const answers = clocks
    .filter(({ toWhom, doneAtMs }) => toWhom === 'affected' && doneAtMs !== null)
    .map(
      ({ label, doneAtMs, note }) =>
        `${label}: done at ${localTime(doneAtMs ?? 0, timeZone)}${note ? `. ${note}` : ''}`,
    );
  const begun = [...notifications]
    .reverse()
    .map(({ startedAtMs, subject }) => `Notification begun at ${localTime(startedAtMs, timeZone)}: ${subject}`);
  const counts =
    notifications.length === 0
      ? []
      : [
          `Of ${users} users who are known to be affected: ${delivered} told, ${queued} under way, ${waiting + claimed} waiting, ${failed} not reached.`,
        ];
  return { paragraphs: [...answers, ...begun, ...counts], isComplete: answers.length > 0 || delivered > 0 };
}

/** Only of what has a term, and is past it. */
function lateReasons(
  { awareAtMs, facts }: StoredBreach,
  clocks: readonly Clock[],
  nowMs: number,
): Content | 'not_needed' {
  const late = clocks.filter((clock) => {
    const state = clockState(clock, awareAtMs, nowMs);
    return state === 'done_late' || (state === 'overdue' && clock.dueAtMs > awareAtMs);
  });
  if (late.length === 0) return 'not_needed';
  const reasons = late.map(({ id, label }) => ({ label, reason: facts.lateReasons[id] ?? '' }));
  return {
    paragraphs: reasons.filter(({ reason }) => reason !== '').map(({ label, reason }) => `${label}: ${reason}`),
    isComplete: reasons.every(({ reason }) => reason !== ''),
  };
}
