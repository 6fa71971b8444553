import type { DeliveryEvent, DestinationKind } from '../../wire/delivery.ts';

/** Not a chat channel: whoever is in it would read by name whom a breach affects, which is a breach of its own. */
export function reachesPeople(kind: DestinationKind): boolean {
  return kind === 'webhook' || kind === 'email';
}

/** Words for one person, whom the event names. */
export function isForOnePerson({ type }: Pick<DeliveryEvent, 'type'>): boolean {
  return type === 'breach.affected';
}
