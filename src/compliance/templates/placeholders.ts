import { namesInPlainText } from '../../delivery/index.ts';
import { localTime } from '../../shared/calendar.ts';
import type {
  CommunicationTemplate,
  DeletionRequest,
  TemplatePlaceholder,
  TemplatePlaceholders,
} from '../../wire/compliance.ts';
import type { JsonObject } from '../../wire/record.ts';
import type { StoredBreach } from '../breaches/register/store.ts';

export type Purpose = CommunicationTemplate['purpose'];

/** The one list of what a text may name: the check, the API and the page have it from here, and the values below have the same names. */
const OF_BREACH: TemplatePlaceholder[] = [
  said('breachId', 'The id of the breach', 'brc_4f2a9c'),
  said('title', 'What the breach is called', 'Backup left open'),
  said('nature', 'What happened', 'A backup of the orders was readable for anybody.'),
  said('detectedAt', 'When it was detected', '2026-11-21 09:15:00 UTC+01:00 (Europe/Berlin)'),
  said('awareAt', 'When it became known to you', '2026-11-21 10:00:00 UTC+01:00 (Europe/Berlin)'),
  said('beganAt', 'When it began; empty where that is not known', '2026-11-18 00:00:00 UTC+01:00 (Europe/Berlin)'),
  said('endedAt', 'When it ended; empty where that is not known', '2026-11-21 11:30:00 UTC+01:00 (Europe/Berlin)'),
  said('location', 'Where it happened', 'A bucket in Frankfurt'),
  said('categoriesOfPeople', 'Categories of people, separated by commas', 'Customers, couriers'),
  said('categoriesOfRecords', 'Categories of records, separated by commas', 'Names, addresses'),
  said('people', 'How many people, approximately', '1200'),
  said('records', 'How many records, approximately', '5400'),
  said('cause', 'What caused it', 'A rule of access that was too wide.'),
  said('consequences', 'What it may lead to', 'Somebody may write in your name.'),
  said('measures', 'What was done and will be done', 'The backup was closed and its keys were changed.'),
  said('mitigation', 'What limits the harm', 'Passwords were not in it.'),
  said('advice', 'What those affected can do', 'Change your password.'),
  said('contact', 'Who answers questions', 'dpo@example.com'),
];
const OF_AFFECTED: TemplatePlaceholder[] = [
  ...OF_BREACH,
  said('userId', 'The id of the user who is told, another for each', 'usr_83410'),
];
const OF_DELETION: TemplatePlaceholder[] = [
  said('requestId', 'The id of the request', 'del_7c1e02'),
  said('reference', 'Your own reference for it', 'TICKET-1042'),
  said('contact', 'How the person is reached; empty where that is not known', 'maria@example.com'),
  said('receivedAt', 'When the request came', '2026-11-02 14:05:00 UTC+01:00 (Europe/Berlin)'),
  said('graceEndsAt', 'Until when it can be withdrawn', '2026-11-09 14:05:00 UTC+01:00 (Europe/Berlin)'),
  said('deadlineAt', 'By when it must be carried out', '2026-12-02 14:05:00 UTC+01:00 (Europe/Berlin)'),
  said('executedAt', 'When it was carried out; empty before', '2026-11-10 03:00:00 UTC+01:00 (Europe/Berlin)'),
  said(
    'restorableUntil',
    'Until when a restore of the database could bring it back; empty before it was carried out',
    '2026-12-10 03:00:00 UTC+01:00 (Europe/Berlin)',
  ),
  said('cancelledAt', 'When it was cancelled; empty where it was not', '2026-11-05 08:20:00 UTC+01:00 (Europe/Berlin)'),
  said('cancelReason', 'Why it was cancelled; empty where it was not', 'She has changed her mind'),
  said(
    'held',
    'What is kept and why, each on a line of its own; empty where nothing is',
    'records (logs): Law suit 12/34',
  ),
];

export const PLACEHOLDERS: Readonly<TemplatePlaceholders> = {
  ...{ acknowledge: OF_DELETION, executed: OF_DELETION, cancelled: OF_DELETION, held: OF_DELETION },
  ...{ breach_affected: OF_AFFECTED, breach_authority: OF_BREACH },
};

function said(name: string, gives: string, example: string): TemplatePlaceholder {
  return { name, gives, example };
}

/** What is wrong with the texts, by the field that it is in. */
export function checkTexts(
  texts: { subject: string; body: string },
  purpose: Purpose,
): { pointer: string; reason: string }[] {
  const known = PLACEHOLDERS[purpose].map(({ name }) => name);
  return Object.entries(texts).flatMap(([field, text]) => {
    const pointer = `/${field}`;
    const names = namesInPlainText(text);
    if (!names.ok) return [{ pointer, reason: `character ${names.error.position + 1}: ${names.error.reason}` }];
    return [...names.value]
      .filter(([name]) => !known.includes(name))
      .map(([name, at]) => ({
        pointer,
        reason: `character ${at + 1}: there is no {{${name}}} here; there are ${known.join(', ')}`,
      }));
  });
}

/** Times as the clocks of the regime show them. */
export function breachValues(
  { id, title, detectedAtMs, awareAtMs, facts }: StoredBreach,
  timeZone: string,
): JsonObject {
  const time = (ms: number | null) => (ms === null ? '' : localTime(ms, timeZone));
  const { nature, location, cause, consequences, measures, mitigation, advice, contact } = facts;
  return {
    ...{ breachId: id, title, nature, location, cause, consequences, measures, mitigation, advice, contact },
    ...{ detectedAt: time(detectedAtMs), awareAt: time(awareAtMs) },
    ...{ beganAt: time(facts.beganAtMs), endedAt: time(facts.endedAtMs) },
    categoriesOfPeople: facts.categoriesOfPeople.join(', '),
    categoriesOfRecords: facts.categoriesOfRecords.join(', '),
    ...{ people: facts.people, records: facts.records },
  };
}

export function deletionValues(request: DeletionRequest, timeZone: string): JsonObject {
  const time = (ms: number | null) => (ms === null ? '' : localTime(ms, timeZone));
  const held = request.holds
    .filter(({ releasedAtMs }) => releasedAtMs === null)
    .map(({ category, stream, reason }) => `${category}${stream === null ? '' : ` (${stream})`}: ${reason}`);
  return {
    ...{ requestId: request.id, reference: request.reference, contact: request.contact ?? '' },
    ...{ receivedAt: time(request.receivedAtMs), graceEndsAt: time(request.graceEndsAtMs) },
    ...{ deadlineAt: time(request.deadlineAtMs), executedAt: time(request.executedAtMs) },
    ...{ restorableUntil: time(request.restorableUntilMs), cancelledAt: time(request.cancelledAtMs) },
    ...{ cancelReason: request.cancelReason ?? '', held: held.join('\n') },
  };
}
