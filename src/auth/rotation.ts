import type { Config } from '../env.ts';
import { constantTimeEqual, hmacSha256, hmacSha256Base64Url, sha256Hex } from '../shared/hash.ts';

/**
 * How long a superseded secret is still let in: longer than a request of another tab is on its way, shorter than a stolen cookie is useful
 * (docs/adr/0009).
 */
export const GRACE_MS = 30_000;
/**
 * A refresh makes no further successor before this. Answers with the former one are given out for a grace and take up to another to arrive: one that
 * came after an answer with the next would put a superseded secret back into the browser.
 */
const SETTLED_AFTER_MS = 2 * GRACE_MS;

/** What turns a superseded secret into its successor, for who still holds it: the secret itself is stored nowhere. Short names, as stored. */
export interface Superseded {
  /** Hex SHA-256 of the secret. */
  h: string;
  /** The nonce of its successor, base64url. */
  n: string;
  /** Which of SESSION_SECRETS derived the successor. */
  k: string;
  /** When it was superseded, Unix ms. */
  at: number;
  /** The proof that its holder had, Unix ms, where the successor was made by a newer one (step-up). */
  p?: number;
}

/** The secrets of a session, as its row has them. */
export interface RotationState {
  /** Hex SHA-256 of the newest secret. */
  secretHash: string;
  /** Oldest first; each entry's successor is the next one's secret, and that of the last is the newest. */
  superseded: readonly Superseded[];
}

export type Presented =
  | { kind: 'current' }
  /** `provenAtMs`: what this holder has proved, where the newest secret stands for more; else null. */
  | { kind: 'in_grace'; index: number; provenAtMs: number | null }
  /** Neither the newest secret nor one that was lately. Whoever has it copied it, or lost an answer long ago. */
  | { kind: 'reused' };

/**
 * What a secret of this session, from a token that is ours, is worth at `nowMs`. The grace is strict in both directions: a request may have taken
 * its time before another one's rotation, but a clock that was set back makes no old secret good for longer.
 */
export function judge({ secretHash, superseded }: RotationState, secret: string, nowMs: number): Presented {
  const hash = sha256Hex(secret);
  if (constantTimeEqual(hash, secretHash)) return { kind: 'current' };
  const index = superseded.findIndex(({ h }) => constantTimeEqual(hash, h));
  const found = superseded[index];
  if (found === undefined || Math.abs(nowMs - found.at) >= GRACE_MS) return { kind: 'reused' };
  return { kind: 'in_grace', index, provenAtMs: superseded.slice(index).find(({ p }) => p !== undefined)?.p ?? null };
}

/**
 * The newest secret, for the holder of the one at `index`; null where a signing secret on the way is no longer listed. That ended the newest
 * secret's token as well, so nobody is ahead.
 */
export function newestFrom(
  config: Pick<Config, 'sessionSecrets'>,
  { secretHash, superseded }: RotationState,
  secret: string,
  index: number,
): string | null {
  let walked = secret;
  for (const { n, k } of superseded.slice(index)) {
    const next = successorOf(config, walked, n, k);
    if (next === null) return null;
    walked = next;
  }
  // Not so only where a kid was given another secret, or the row is damaged.
  return constantTimeEqual(sha256Hex(walked), secretHash) ? walked : null;
}

export interface Rotation {
  secret: string;
  state: RotationState;
}

/**
 * The newest secret's successor and what the row then holds. What is out of grace is forgotten: to present it is reuse with or without its entry.
 * `provenAtMs`: the session's proof so far, when the successor is made by a new one.
 */
export function rotate(
  config: Pick<Config, 'sessionSecrets'>,
  { secretHash, superseded }: RotationState,
  newest: string,
  { nonce, nowMs, provenAtMs }: { nonce: string; nowMs: number; provenAtMs: number | null },
): Rotation {
  const { kid, secret: key } = config.sessionSecrets[0];
  const secret = derive(key, newest, nonce);
  const entry: Superseded = { h: secretHash, n: nonce, k: kid, at: nowMs };
  if (provenAtMs !== null) entry.p = provenAtMs;
  // Cut at the front only: whoever holds an entry needs all that follow it.
  const firstKept = superseded.findIndex(({ at }) => Math.abs(nowMs - at) < GRACE_MS);
  const kept = firstKept === -1 ? [] : superseded.slice(firstKept);
  return { secret, state: { secretHash: sha256Hex(secret), superseded: [...kept, entry] } };
}

/**
 * What a refresh with the newest secret does: `rotate`, `repeat` the answer that brought the secret, or `keep` the cookie as it is, because a repeat
 * could arrive after the answer to the next rotation.
 */
export function refreshOf({ superseded }: RotationState, nowMs: number): 'rotate' | 'repeat' | 'keep' {
  const last = superseded.at(-1);
  const ageMs = last === undefined ? Number.POSITIVE_INFINITY : Math.abs(nowMs - last.at);
  if (ageMs >= SETTLED_AFTER_MS) return 'rotate';
  return ageMs < GRACE_MS ? 'repeat' : 'keep';
}

function successorOf(
  config: Pick<Config, 'sessionSecrets'>,
  secret: string,
  nonce: string,
  kid: string,
): string | null {
  const known = config.sessionSecrets.find((listed) => listed.kid === kid);
  return known === undefined ? null : derive(known.secret, secret, nonce);
}

function derive(key: string, secret: string, nonce: string): string {
  // A key of its own, as in csrf.ts. Neither part holds a line break.
  return hmacSha256Base64Url(hmacSha256(key, 'breakwater session successor v1'), `${secret}\n${nonce}`);
}
