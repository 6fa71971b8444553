import type { Lookup } from './answer.ts';
import type { LookupFailure, NameRecord } from './types.ts';

/** Of what is known, whatever the record says: a receiver that moves is found again within this (issue 6). Shorter TTLs are kept to. */
export const MAX_TTL_MS = 30_000;
/** Of "there is no such name" and "it has no address", and where they do not say how long they hold: whoever mends a record need not wait. */
export const NEGATIVE_TTL_MS = 5_000;
/** Where the last question failed it is not put again before this, so that a queue of deliveries does not beat upon a resolver that is in trouble. */
export const RETRY_MS = 3_000;
/**
 * How much older than its TTL a record may be while the resolver does not answer (docs/adr/0023): then the resolver's trouble is not the receiver's, and
 * alerts arrive that may be about it. Only while nothing comes: what the name's own servers say, be it SERVFAIL, is always taken.
 */
export const STALE_MS = 5 * 60_000;

/** What is known of a name after an answer. */
export function recordOf(host: string, lookup: Lookup, before: NameRecord | null, nowMs: number): NameRecord {
  const answered = { host, resolvedAtMs: nowMs, awaySinceMs: null };
  if (lookup.kind === 'addresses') {
    const expiresAtMs = nowMs + Math.min(lookup.ttlMs, MAX_TTL_MS);
    return { ...answered, addresses: lookup.addresses, failure: null, expiresAtMs, retryAtMs: expiresAtMs };
  }
  const { failure } = lookup;
  if (failure === 'resolver_away') {
    const awaySinceMs = before?.awaySinceMs ?? nowMs;
    const retryAtMs = nowMs + RETRY_MS;
    if (before && hasUse(before, nowMs)) return { ...before, awaySinceMs, retryAtMs };
    return { ...answered, addresses: [], failure, expiresAtMs: retryAtMs, awaySinceMs, retryAtMs };
  }
  const ttlMs = failure === 'server_failure' ? RETRY_MS : Math.min(lookup.ttlMs ?? NEGATIVE_TTL_MS, NEGATIVE_TTL_MS);
  return { ...answered, addresses: [], failure, expiresAtMs: nowMs + ttlMs, retryAtMs: nowMs + ttlMs };
}

/** `fresh` and `stale` are gone by without asking, `stale` because the resolver was asked a moment ago and did not answer. */
export function ageOf(record: NameRecord | null, nowMs: number): 'fresh' | 'stale' | 'unknown' {
  if (record === null) return 'unknown';
  if (nowMs < record.expiresAtMs) return 'fresh';
  return nowMs < record.retryAtMs && hasUse(record, nowMs) ? 'stale' : 'unknown';
}

/** Whether it has addresses that may be gone by if the resolver stays away. */
export function hasUse(record: NameRecord, nowMs: number): boolean {
  return record.addresses.length > 0 && nowMs < record.expiresAtMs + STALE_MS;
}

/** Completes an attempt's log. */
export function failureSentence(host: string, failure: LookupFailure): string {
  const sentences: Readonly<Record<LookupFailure, string>> = {
    unknown_name: `There is no name ${host} (NXDOMAIN).`,
    no_address: `The name ${host} has no address.`,
    server_failure: `The name servers of ${host} fail (SERVFAIL).`,
    resolver_away: `The DNS resolver did not say in time what ${host} is.`,
  };
  return sentences[failure];
}
