import { createHash } from 'node:crypto';
import type { Protocol } from '../wire/protocols.ts';
import type { Stream } from '../wire/record.ts';

interface Destination {
  protocol: Protocol;
  stream: Stream;
  service: string;
  place?: string;
}

/** What makes two requests the same: the body, how it is read, and what the request says for records that do not say it. */
export function fingerprint({ protocol, stream, service, place }: Destination, body: Uint8Array): string {
  return createHash('sha256')
    .update(JSON.stringify([protocol, stream, service, ...(place === undefined ? [] : [place])]))
    .update(body)
    .digest('base64url');
}
