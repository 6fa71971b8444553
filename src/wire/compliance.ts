import type { Stream } from './record.ts';

export * from './deletion.ts';

/**
 * A law's clocks, as data. `GET /api/compliance/regimes`; `PUT /api/compliance/regimes/:id` adds or changes one that is not built in.
 * A due time is `after` the moment that the clock starts; months are calendar months in `timeZone`, and end at the end of their last day.
 */
export interface Regime {
  /** `gdpr`, `dpdp`, or the administrator's own. */
  id: string;
  name: string;
  builtIn: boolean;
  version: number;
  timeZone: string;
  /** What is due once a breach is known. */
  breachDuties: BreachDuty[];
  /** Within which a request for deletion must be carried out. */
  erasureWithin: Period;
  /** What the report to the authority must say, in its order. */
  reportSections: ReportSection[];
  /** Where the law says so, such as `GDPR Art. 33, 34, 12(3), 17`. */
  source: string;
}

export type Period = { hours: number } | { days: number } | { months: number };

export interface BreachDuty {
  /** Of the regime, such as `authority_72h`. */
  id: string;
  label: string;
  toWhom: 'authority' | 'affected';
  /** `{hours: 0}`: at once. */
  within: Period;
  /** Before the due time: notices are given at each of these. */
  remindBeforeMs: number[];
  /** `always`, or only where the breach is likely to be a high risk for people. */
  when: 'always' | 'high_risk';
  source: string;
}

export type ReportSection =
  | 'nature'
  | 'timing'
  | 'location'
  | 'categories_of_people'
  | 'numbers'
  | 'categories_of_records'
  | 'contact'
  | 'consequences'
  | 'measures'
  | 'mitigation'
  | 'cause'
  | 'caused_by'
  | 'notifications'
  | 'late_reason';

export const BREACH_STATES = ['open', 'contained', 'resolved'] as const;
export type BreachState = (typeof BREACH_STATES)[number];

/** What an administrator writes. `detectedAtMs` and `awareAtMs` are fixed once they are given; the database refuses their change. */
export interface BreachInput {
  title: string;
  /** When it was seen first. */
  detectedAtMs: number;
  /** When it was reasonably certain: the clocks start here. */
  awareAtMs: number;
  /** When it took place, as far as it is known. */
  beganAtMs: number | null;
  endedAtMs: number | null;
  nature: string;
  /** Confidentiality, integrity, availability. */
  kinds: ('confidentiality' | 'integrity' | 'availability')[];
  location: string;
  categoriesOfPeople: string[];
  categoriesOfRecords: string[];
  /** Approximate, until counted by a query. */
  people: number | null;
  records: number | null;
  cause: string;
  /** What was found out about the person who caused it. */
  causedBy: string;
  consequences: string;
  measures: string;
  mitigation: string;
  /** What those affected can do for themselves. */
  advice: string;
  contact: string;
  highRisk: boolean;
  regimeIds: string[];
  /** Why a duty was done late, by the id of its clock. */
  lateReasons: Record<string, string>;
}

/** `POST /api/compliance/breaches`. */
export interface NewBreach extends BreachInput {
  /** Null: of the whole deployment. */
  projectId: string | null;
}

/** `PATCH /api/compliance/breaches/:id`: what is left out stays. `version` is the one that the change was made from. */
export interface BreachChange extends Partial<Omit<BreachInput, 'detectedAtMs' | 'awareAtMs'>> {
  version: number;
  state?: 'open' | 'contained';
}

/**
 * `GET /api/compliance/breaches?project=&state=&limit=&cursor=`; `GET /api/compliance/breaches/:id`; `POST /:id/resolve {version, resolution}`, once every clock
 * is answered. Lists: the next clock to run out first, resolved ones last.
 */
export interface Breach extends BreachInput {
  /** `brc_…` */
  id: string;
  projectId: string | null;
  state: BreachState;
  version: number;
  createdAtMs: number;
  createdBy: string;
  createdByName: string;
  resolvedAtMs: number | null;
  resolution: string | null;
  clocks: BreachClock[];
  affected: AffectedSummary;
}

export interface BreachClock {
  /** `<regime>.<duty>` */
  id: string;
  regimeId: string;
  label: string;
  toWhom: 'authority' | 'affected';
  dueAtMs: number;
  source: string;
  /** Of the regime when the breach was opened, or came under it: a later one changes no clock. */
  regimeVersion: number;
  /** When somebody said that it was done, `POST /api/compliance/breaches/:id/clocks/:clock {doneAtMs, note}`. */
  doneAtMs: number | null;
  doneBy: string | null;
  note: string | null;
  /** `not_needed`: somebody said so, `{notNeeded: true, note}`. */
  state: 'running' | 'done' | 'done_late' | 'overdue' | 'not_needed';
}

/** `POST /api/compliance/breaches/:id/affected {project, q, from, to, stream?}` looks the users up; again to add more. */
export interface AffectedSummary {
  /** Users found, each once. A user id is one of its project: the same in two projects is two. */
  users: number;
  /** Records that name them, each once, also where several searches find it. */
  records: number;
  /** While a search goes on. */
  searching: boolean;
  /** Of the notification. */
  pending: number;
  queued: number;
  delivered: number;
  failed: number;
}

/** `GET /api/compliance/breaches/:id/searches`: how those affected were looked up. */
export interface BreachSearch {
  id: string;
  projectId: string;
  q: string;
  stream: Stream | null;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** `stopped` by somebody: `POST …/searches/stop`. */
  state: 'running' | 'done' | 'failed' | 'stopped';
  /** Records that matched, and those of them that name a user. */
  matched: number;
  named: number;
  /** How far it has come, from `fromMs` to `toMs`. */
  reachedMs: number;
  startedAtMs: number;
  startedByName: string;
  endedAtMs: number | null;
  problem: string | null;
}

/** `GET /api/compliance/breaches/:id/affected?state=&limit=&cursor=`: a receipt each. */
export interface AffectedUser {
  projectId: string;
  userId: string;
  records: number;
  firstTs: number;
  lastTs: number;
  state: 'none' | 'pending' | 'queued' | 'delivered' | 'failed';
  deliveryId: string | null;
  /** When the state was reached. */
  atMs: number | null;
  problem: string | null;
}

/**
 * `POST /api/compliance/breaches/:id/notify {destinationId, subject, body}`: starts, or goes on with, telling each user; `/notify/stop` halts it.
 * `GET /notify`: the newest first. Who could not be told is tried again by the next.
 */
export interface BreachNotification {
  /** 1 for the first of the breach. */
  number: number;
  destinationId: string;
  subject: string;
  body: string;
  startedAtMs: number;
  startedByName: string;
  stoppedAtMs: number | null;
}

/** `data` of an event `breach.affected`, one for each user; its id is made of the breach, the project and the user. */
export interface BreachAffectedData {
  breachId: string;
  project: { id: string };
  userId: string;
  /** As written for the notification, its placeholders filled in. */
  title: string;
  body: string;
}

/** `GET /api/compliance/breaches/:id/report?regime=&format=html|json`: the document for the authority. What is empty is named in `missing`. */
export interface BreachReport {
  breachId: string;
  regimeId: string;
  generatedAtMs: number;
  title: string;
  sections: { section: ReportSection; heading: string; paragraphs: string[] }[];
  missing: ReportSection[];
}

export const TEMPLATE_PURPOSES = [
  ...['acknowledge', 'executed', 'cancelled', 'held'],
  ...['breach_affected', 'breach_authority'],
] as const;

/** What a text may name as `{{name}}`. */
export interface TemplatePlaceholder {
  name: string;
  /** What stands there when it is filled in. */
  gives: string;
  example: string;
}

/** `placeholders` of `GET /api/compliance/templates`: for each purpose in the order in which a text is written. */
export type TemplatePlaceholders = Record<(typeof TEMPLATE_PURPOSES)[number], TemplatePlaceholder[]>;

/** `GET`, `POST /api/compliance/templates`, `PUT`, `DELETE /api/compliance/templates/:id`: text with `{{placeholders}}`. */
export interface CommunicationTemplate {
  id: string;
  name: string;
  purpose: (typeof TEMPLATE_PURPOSES)[number];
  /** To be copied: it does not change. */
  builtIn: boolean;
  subject: string;
  body: string;
  version: number;
  changedAtMs: number;
}

export const CHANNELS = ['email', 'letter', 'phone', 'portal', 'webhook'] as const;

/**
 * `GET`, `POST /api/compliance/deletions/:id/communications`, and the same of a breach: what was said to whom. Append-only.
 * `GET …/communications/draft?template=`: `{subject, body}` of a template, filled in.
 */
export interface Communication {
  id: string;
  /** Of the breach or the request. */
  subjectId: string;
  /** To whom, such as `Data Protection Authority`. */
  recipient: string;
  /** When it was said, and when that was written down. */
  atMs: number;
  recordedAtMs: number;
  by: string;
  byName: string;
  channel: (typeof CHANNELS)[number];
  templateId: string | null;
  subject: string;
  body: string;
}
