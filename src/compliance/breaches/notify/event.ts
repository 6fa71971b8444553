import { renderPlainText } from '../../../delivery/index.ts';
import { sha256Hex } from '../../../shared/hash.ts';
import type { BreachAffectedData } from '../../../wire/compliance.ts';
import type { DeliveryEvent } from '../../../wire/delivery.ts';
import type { StoredNotification } from './notification-store.ts';
import type { ToldUser, UserKey } from './user-store.ts';

/** Made of the breach and the user alone: however often it is made, a destination takes it once. */
export function eventIdOf(breachId: string, { projectId, userId }: UserKey): string {
  return `evt_${sha256Hex(JSON.stringify([breachId, projectId, userId])).slice(0, 32)}`;
}

/** What one user is told. The texts were tried before the notification began. */
export function eventOf(
  { breachId, projectId, subject, body, facts }: StoredNotification,
  user: ToldUser,
): DeliveryEvent {
  const view = { ...facts, userId: user.userId };
  const [title, text] = [renderPlainText(subject, view), renderPlainText(body, view)];
  if (!title.ok || !text.ok) throw new Error('the text of a notification that began cannot be made');
  const data: BreachAffectedData = {
    ...{ breachId, project: { id: user.projectId }, userId: user.userId, title: title.value, body: text.value },
  };
  return {
    ...{ id: user.eventId, type: 'breach.affected', projectId },
    // Each alone: nobody waits for what somebody else is told.
    ...{ subject: `${breachId}/${user.eventId}`, createdAtMs: user.atMs, data: { ...data } },
  };
}
