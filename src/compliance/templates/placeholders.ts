import { namesInPlainText } from '../../delivery/index.ts';
import { localTime } from '../../shared/calendar.ts';
import type { CommunicationTemplate, DeletionRequest } from '../../wire/compliance.ts';
import type { JsonObject } from '../../wire/record.ts';
import type { StoredBreach } from '../breaches/register/store.ts';

export type Purpose = CommunicationTemplate['purpose'];

const OF_BREACH = [
  ...['breachId', 'title', 'nature', 'detectedAt', 'awareAt', 'beganAt', 'endedAt', 'location', 'categoriesOfPeople'],
  ...[
    'categoriesOfRecords',
    'people',
    'records',
    'cause',
    'consequences',
    'measures',
    'mitigation',
    'advice',
    'contact',
  ],
];
const OF_DELETION = [
  ...['requestId', 'reference', 'contact', 'receivedAt', 'graceEndsAt', 'deadlineAt', 'executedAt', 'restorableUntil'],
  ...['cancelledAt', 'cancelReason', 'held'],
];

/** What a template may name. One that names something else is refused when it is written, not when it is sent. */
export function placeholdersOf(purpose: Purpose): string[] {
  switch (purpose) {
    case 'breach_affected':
      return [...OF_BREACH, 'userId'];
    case 'breach_authority':
      return OF_BREACH;
    case 'acknowledge':
    case 'executed':
    case 'cancelled':
    case 'held':
      return OF_DELETION;
  }
}

/** What is wrong with the texts, by the field that it is in. */
export function checkTexts(
  texts: { subject: string; body: string },
  purpose: Purpose,
): { pointer: string; reason: string }[] {
  const known = placeholdersOf(purpose);
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
