import { TOPIC_ALL, TOPIC_CLIENT_PREFIX, TOPIC_HEALTH } from '../wire/protocol.ts';
import { isStream, type Stream } from '../wire/record.ts';

export type Topic =
  | { kind: 'stream'; stream: Stream }
  | { kind: 'all' }
  | { kind: 'client'; clientId: string }
  | { kind: 'health' };

/** A client names itself in `?client=`; the name becomes part of a topic and of a socket tag (256 characters at most). */
const CLIENT_ID = /^[A-Za-z0-9_.-]{1,64}$/;

export function isClientId(text: string): boolean {
  return CLIENT_ID.test(text);
}

/** Null for a topic that does not exist. */
export function parseTopic(topic: string): Topic | null {
  if (topic === TOPIC_ALL) return { kind: 'all' };
  if (topic === TOPIC_HEALTH) return { kind: 'health' };
  if (isStream(topic)) return { kind: 'stream', stream: topic };
  if (!topic.startsWith(TOPIC_CLIENT_PREFIX)) return null;
  const clientId = topic.slice(TOPIC_CLIENT_PREFIX.length);
  return isClientId(clientId) ? { kind: 'client', clientId } : null;
}

/** Whether records of the stream go to the topic. */
export function carries(topic: Topic, stream: Stream): boolean {
  return topic.kind === 'all' || (topic.kind === 'stream' && topic.stream === stream);
}

/** Notices need no journal; everything else does. */
export function carriesRecords(topic: Topic): boolean {
  return topic.kind === 'stream' || topic.kind === 'all';
}
