import { TOPIC_ALL } from '../../wire/protocol.ts';
import { isStream, type Stream } from '../../wire/record.ts';

/** From the address: nothing is `logs`, `all` is every stream (null). */
export function streamOf(param: string): Stream | null {
  if (param === 'all') return null;
  return isStream(param) ? param : 'logs';
}

export function streamParam(stream: Stream | null): string | null {
  return stream === null ? 'all' : stream === 'logs' ? null : stream;
}

export function topicOf(stream: Stream | null): string {
  return stream ?? TOPIC_ALL;
}
