import type { BrowserClient } from '../edge/index.ts';
import { fromBase64Url, toBase64Url, utf8 } from '../shared/bytes.ts';
import type { Stream } from '../wire/record.ts';

/** Who opened a socket and what it may do: checked once, by the Worker, before the hub sees the upgrade. */
export interface LiveIdentity {
  projectId: string;
  /** The ledger's account: the key's id, or `user:<id>`. */
  accountId: string;
  by: { kind: 'user'; userId: string; sessionId: string } | { kind: 'key'; keyId: string };
  mayRead: boolean;
  /** Streams it may send to; null is all. */
  writes: readonly Stream[] | null;
  /** The key's quota. Null for people and keys without one; a socket that slept through the version that brought it has none yet. */
  recordsPerDay?: number | null;
  /** What the edge saw of the browser that opened it; null for people and keys without origins, left out by the version before it. */
  browser?: BrowserClient | null;
  clientId: string | null;
  /** One ACK for all frames of an append, instead of one each: see docs/api.md. */
  gathersAcks: boolean;
  /** When the session ends; null for a key. */
  expiresAtMs: number | null;
  /** When all this was found to be so. */
  checkedAtMs: number;
}

/**
 * Carries the identity from the Worker to the hub. The Worker builds that request from nothing, so no client can set it, and a hub is
 * reachable through its binding alone.
 */
export const IDENTITY_HEADER = 'x-breakwater-identity';

export function encodeIdentity(identity: LiveIdentity): string {
  return toBase64Url(utf8(JSON.stringify(identity)));
}

/** Throws where the header is not what encodeIdentity wrote: that is a fault of ours. */
export function decodeIdentity(header: string | null): LiveIdentity {
  const bytes = header === null ? null : fromBase64Url(header);
  if (!bytes) throw new Error('an upgrade reached the hub without an identity');
  return JSON.parse(new TextDecoder().decode(bytes)) as LiveIdentity;
}

/** Whom a revocation meets. */
export type SocketMatch =
  | { kind: 'session'; sessionId: string }
  | { kind: 'user'; userId: string }
  | { kind: 'key'; keyId: string }
  | { kind: 'everyone' };

export function matchesIdentity(match: SocketMatch, { by }: Pick<LiveIdentity, 'by'>): boolean {
  switch (match.kind) {
    case 'session':
      return by.kind === 'user' && by.sessionId === match.sessionId;
    case 'user':
      return by.kind === 'user' && by.userId === match.userId;
    case 'key':
      return by.kind === 'key' && by.keyId === match.keyId;
    case 'everyone':
      return true;
  }
}
