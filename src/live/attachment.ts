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

/** Goes up when the shape changes: sockets may outlive a deployment. */
const VERSION = 1;
/** The runtime takes 16,384 bytes, serialized; its own framing gets the rest. */
const MAX_ATTACHMENT_BYTES = 16_000;

/** Null where it would not fit. Bytes, because a string of other than Latin-1 would count double. */
export function encodeAttachment(attachment: Attachment): Uint8Array | null {
  const bytes = utf8(JSON.stringify({ version: VERSION, ...attachment }));
  return bytes.byteLength <= MAX_ATTACHMENT_BYTES ? bytes : null;
}

/** Null where another version wrote it: its socket has to come again. */
export function decodeAttachment(bytes: unknown): Attachment | null {
  if (!(bytes instanceof Uint8Array)) return null;
  const { version, ...attachment } = JSON.parse(new TextDecoder().decode(bytes)) as Attachment & { version: number };
  return version === VERSION ? attachment : null;
}
