import type { DnsStatistics } from '../../wire/delivery.ts';
import { checkAddress } from '../address/index.ts';
import { counted, sumOf } from './counts.ts';
import type { LookUp } from './doh.ts';
import { MAX_INTERVAL_MS, nextInterval, prefetchAtMs } from './interval.ts';
import { ageOf, failureSentence, hasUse, recordOf } from './record.ts';
import type { NameCheck, NameRecord, Resolver, SavedResolver } from './types.ts';

export interface ResolverPorts {
  lookUp: LookUp;
  /** The one clock of the object. */
  nowMs(): number;
}

const NOTHING: SavedResolver = { records: [], counts: [], prefetchIntervalMs: MAX_INTERVAL_MS, usedAtMs: null };

/** The names of one destination, of which there is one: a second only while its URL changes. */
const MAX_RECORDS = 2;

/** Decisions are in record.ts and interval.ts; this asks, remembers and counts. */
export class DestinationResolver implements Resolver {
  readonly #ports: ResolverPorts;
  #state: SavedResolver;
  /** By name, so that callers of the same moment ask once. */
  readonly #asking = new Map<string, Promise<NameRecord>>();

  constructor(ports: ResolverPorts, saved: SavedResolver | null) {
    this.#ports = ports;
    this.#state = saved ?? NOTHING;
  }

  async check(host: string): Promise<NameCheck> {
    const nowMs = this.#ports.nowMs();
    this.#count(ageOf(this.#find(host), nowMs) === 'fresh' ? 'hits' : 'misses');
    return this.#look(host, nowMs);
  }

  async #look(host: string, nowMs: number): Promise<NameCheck> {
    this.#change({ usedAtMs: nowMs });
    const known = this.#find(host);
    const age = ageOf(known, nowMs);
    if (known && age !== 'unknown') return verdictOf(known, age === 'stale', 0);
    const record = await this.#ask(host);
    const answeredAtMs = this.#ports.nowMs();
    const stale = record.awaySinceMs !== null && answeredAtMs >= record.expiresAtMs;
    return verdictOf(record, stale, answeredAtMs - nowMs);
  }

  nextPrefetchAtMs(): number | null {
    const { records, prefetchIntervalMs, usedAtMs } = this.#state;
    const [newest] = records;
    return newest ? prefetchAtMs(newest, prefetchIntervalMs, usedAtMs) : null;
  }

  async prefetch(): Promise<void> {
    const nowMs = this.#ports.nowMs();
    const [newest] = this.#state.records;
    const dueAtMs = this.nextPrefetchAtMs();
    if (!newest || dueAtMs === null || dueAtMs > nowMs) return;
    const checks = sumOf(this.#state.counts, nowMs);
    this.#change({ prefetchIntervalMs: nextInterval(this.#state.prefetchIntervalMs, checks) });
    await this.#ask(newest.host);
  }

  async expectBurst(host: string): Promise<NameCheck> {
    return this.#look(host, this.#ports.nowMs());
  }

  statistics(): DnsStatistics {
    const nowMs = this.#ports.nowMs();
    const { records, counts, prefetchIntervalMs } = this.#state;
    const known = records.filter((record) => hasUse(record, nowMs));
    const { hits, misses, failures, ratio } = sumOf(counts, nowMs);
    return {
      ...{ hits, misses, ratio, failures, prefetchIntervalMs, entries: known.length },
      expiresAtMs: known[0]?.expiresAtMs ?? null,
      addresses: known[0]?.addresses ?? [],
    };
  }

  saved(): SavedResolver {
    return this.#state;
  }

  #find(host: string): NameRecord | null {
    return this.#state.records.find((record) => record.host === host) ?? null;
  }

  #ask(host: string): Promise<NameRecord> {
    const asking = this.#asking.get(host) ?? this.#askAnew(host).finally(() => this.#asking.delete(host));
    this.#asking.set(host, asking);
    return asking;
  }

  async #askAnew(host: string): Promise<NameRecord> {
    const lookup = await this.#ports.lookUp(host);
    if (lookup.kind === 'none') this.#count('failures');
    const record = recordOf(host, lookup, this.#find(host), this.#ports.nowMs());
    const others = this.#state.records.filter((other) => other.host !== host);
    this.#change({ records: [record, ...others].slice(0, MAX_RECORDS) });
    return record;
  }

  #count(what: 'hits' | 'misses' | 'failures'): void {
    this.#change({ counts: counted(this.#state.counts, what, this.#ports.nowMs()) });
  }

  #change(part: Partial<SavedResolver>): void {
    this.#state = { ...this.#state, ...part };
  }
}

/** A name with one address that is not public is refused as a whole: which of them a connection takes is not ours to say. */
function verdictOf({ host, failure, addresses }: NameRecord, stale: boolean, waitMs: number): NameCheck {
  if (failure !== null) return { kind: 'failed', failure, sentence: failureSentence(host, failure), waitMs };
  for (const text of addresses) {
    const checked = checkAddress(text);
    if (!checked.ok) return { kind: 'refused', ...checked.error, waitMs };
  }
  return { kind: 'allowed', addresses, stale, waitMs };
}
