import { createHash } from 'node:crypto';
import type { Protocol } from '../wire/protocols.ts';
import type { Stream } from '../wire/record.ts';

/** What makes two requests the same: the body, how it is read, and what the request says for records that do not say it. */
export function fingerprint(to: { protocol: Protocol; stream: Stream; service: string }, body: Uint8Array): string {
  return createHash('sha256')
    .update(JSON.stringify([to.protocol, to.stream, to.service]))
    .update(body)
    .digest('base64url');
}
