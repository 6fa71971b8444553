import type { DnsStatistics } from '../../wire/delivery.ts';
import type { AddressRefusal } from '../address/check-address.ts';

/** Why a name has no addresses that could be checked. The first two are answers of DNS, the rest say that there is none. */
export type LookupFailure = 'unknown_name' | 'no_address' | 'server_failure' | 'resolver_away';

/** Whether a name may be sent to now. `waitMs`: what the answer cost, 0 where it was known. */
export type NameCheck =
  /** `stale`: the resolver does not answer, and the record is older than its TTL (docs/adr/0023). */
  | { kind: 'allowed'; addresses: string[]; stale: boolean; waitMs: number }
  /** One of its addresses is not of the public Internet: none is used. */
  | ({ kind: 'refused'; waitMs: number } & AddressRefusal)
  /** To be tried again later; `sentence` is for the log of attempts. */
  | { kind: 'failed'; failure: LookupFailure; sentence: string; waitMs: number };

/**
 * The DNS record of a destination, which its object holds (src/delivery/dns/resolver.ts). Only of names: a literal address is judged by `checkTarget` alone.
 *
 * The object saves `saved()` with what else it saves and gives it back after an eviction; it sets its alarm by `nextPrefetchAtMs()` among its other times,
 * and calls `prefetch()` when that is due. Nothing runs by itself.
 */
export interface Resolver {
  /** Before each attempt. Asks at once where nothing fresh is known; callers of the same moment share one question. Never throws for what DNS does. */
  check(host: string): Promise<NameCheck>;
  /** When a record is to be asked for again before it expires. Null while nothing was delivered for 10 minutes and no burst is expected: the object may sleep. */
  nextPrefetchAtMs(): number | null;
  /** Asks for what is due, and adapts how early it is asked for. */
  prefetch(): Promise<void>;
  /** A burst is expected within seconds: the name is resolved now, and kept fresh for as long as after a delivery. Counts as no check: nobody waits. */
  expectBurst(host: string): Promise<NameCheck>;
  statistics(): DnsStatistics;
  /** JSON; small, and of the last hour. */
  saved(): SavedResolver;
}

/** One name. Either addresses or a failure. */
export interface NameRecord {
  host: string;
  addresses: string[];
  failure: LookupFailure | null;
  resolvedAtMs: number;
  expiresAtMs: number;
  /** Since when the resolver has not answered for it; what is known stays usable for a while. Null where it answered last. */
  awaySinceMs: number | null;
  /** Not asked again before, where the last question failed. */
  retryAtMs: number;
}

/** Ten minutes of checks. */
export interface CheckCounts {
  sinceMs: number;
  hits: number;
  misses: number;
  failures: number;
}

export interface SavedResolver {
  records: NameRecord[];
  counts: CheckCounts[];
  prefetchIntervalMs: number;
  /** Of the last check or burst that was announced. */
  usedAtMs: number | null;
}
