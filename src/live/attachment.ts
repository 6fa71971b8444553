import { utf8 } from '../shared/bytes.ts';
import type { LiveIdentity } from './identity.ts';

/** What a socket keeps through hibernation and eviction. */
export interface Attachment {
  identity: LiveIdentity;
  /** A key needs no token; a session has shown its own. */
  csrfVerified: boolean;
  subscriptions: readonly SavedSubscription[];
}

export interface SavedSubscription {
  topic: string;
  /** '' is none. */
  filter: string;
  /** The cursor of a subscription that is still catching up; null when it is live. */
  since: string | null;
}

/** The runtime takes 16,384 bytes, serialized; its own framing gets the rest. */
const MAX_ATTACHMENT_BYTES = 16_000;

/** Null where it would not fit. Bytes, because a string of other than Latin-1 would count double. */
export function encodeAttachment(attachment: Attachment): Uint8Array | null {
  const bytes = utf8(JSON.stringify(attachment));
  return bytes.byteLength <= MAX_ATTACHMENT_BYTES ? bytes : null;
}

export function decodeAttachment(bytes: unknown): Attachment {
  if (!(bytes instanceof Uint8Array)) throw new Error('a socket of the hub has no attachment');
  return JSON.parse(new TextDecoder().decode(bytes)) as Attachment;
}
