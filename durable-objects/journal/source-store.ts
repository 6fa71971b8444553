import { OTHER, placeSource } from '../../src/journal/ledger-policy.ts';
import type { LedgerSource } from '../../src/journal/types.ts';
import type { Protocol } from '../../src/wire/protocols.ts';

/** Named clients of one key, `<protocol> <user agent>`, with the time of their last request. */
interface KnownSources {
  lastSeenAtMs: Map<string, number>;
  lastFoldAtMs: number | null;
}

// type, not interface: SqlStorage.exec asks for an index signature
type SourceRow = {
  key_id: string;
  protocol: string;
  user_agent: string;
  requests: number;
  records: number;
  bytes: number;
  first_seen_at_ms: number;
  last_seen_at_ms: number;
  last_record_at_ms: number;
};

const COLUMNS =
  'key_id, protocol, user_agent, requests, records, bytes, first_seen_at_ms, last_seen_at_ms, last_record_at_ms';
const ADD_COUNTS = `ON CONFLICT (key_id, protocol, user_agent) DO UPDATE SET requests = requests + excluded.requests,
  records = records + excluded.records, bytes = bytes + excluded.bytes, first_seen_at_ms = min(first_seen_at_ms, excluded.first_seen_at_ms),
  last_seen_at_ms = max(last_seen_at_ms, excluded.last_seen_at_ms), last_record_at_ms = max(last_record_at_ms, excluded.last_record_at_ms)`;

/** Who sends with a key, as the clients name themselves. */
export class SourceStore {
  readonly #sql: SqlStorage;
  /** What the table holds, so that a request need not ask it. After a rollback it may say more; the next write puts that right. */
  readonly #known = new Map<string, KnownSources>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(source: LedgerSource): void {
    const { keyId, protocol, lastSeenAtMs } = source;
    const named = source.userAgent;
    const counted = named === OTHER ? OTHER : this.#place(keyId, protocol, named, lastSeenAtMs);
    this.#sql.exec(
      `INSERT INTO ledger_sources (${COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?) ${ADD_COUNTS}`,
      keyId,
      protocol,
      counted,
      source.requests,
      source.records,
      source.bytes,
      source.firstSeenAtMs,
      lastSeenAtMs,
      source.lastRecordAtMs,
    );
  }

  /** The latest seen first. */
  list(keyId: string | null, limit: number): LedgerSource[] {
    return this.#sql
      .exec<SourceRow>(
        'SELECT * FROM ledger_sources WHERE ?1 IS NULL OR key_id = ?1 ORDER BY last_seen_at_ms DESC LIMIT ?2',
        keyId,
        limit,
      )
      .toArray()
      .map((row) => ({
        keyId: row.key_id,
        protocol: row.protocol as Protocol,
        userAgent: row.user_agent,
        requests: row.requests,
        records: row.records,
        bytes: row.bytes,
        firstSeenAtMs: row.first_seen_at_ms,
        lastSeenAtMs: row.last_seen_at_ms,
        lastRecordAtMs: row.last_record_at_ms,
      }));
  }

  #place(keyId: string, protocol: Protocol, userAgent: string, nowMs: number): string {
    const known = this.#knownOf(keyId);
    const source = `${protocol} ${userAgent}`;
    const place = placeSource(known.lastSeenAtMs, source, nowMs, known.lastFoldAtMs);
    if (place.kind === 'other') return OTHER;
    if (place.kind === 'replaces') {
      this.#fold(keyId, place.folded);
      known.lastSeenAtMs.delete(place.folded);
      known.lastFoldAtMs = nowMs;
    }
    known.lastSeenAtMs.set(source, Math.max(nowMs, known.lastSeenAtMs.get(source) ?? nowMs));
    return userAgent;
  }

  #fold(keyId: string, source: string): void {
    const space = source.indexOf(' ');
    const [protocol, userAgent] = [source.slice(0, space), source.slice(space + 1)];
    this.#sql.exec(
      `INSERT INTO ledger_sources (${COLUMNS}) SELECT ${COLUMNS.replace('user_agent', '?4')} FROM ledger_sources
       WHERE key_id = ?1 AND protocol = ?2 AND user_agent = ?3 ${ADD_COUNTS}`,
      keyId,
      protocol,
      userAgent,
      OTHER,
    );
    this.#sql.exec(
      'DELETE FROM ledger_sources WHERE key_id = ? AND protocol = ? AND user_agent = ?',
      keyId,
      protocol,
      userAgent,
    );
  }

  #knownOf(keyId: string): KnownSources {
    const held = this.#known.get(keyId);
    if (held) return held;
    const rows = this.#sql.exec<{ protocol: string; user_agent: string; last_seen_at_ms: number }>(
      'SELECT protocol, user_agent, last_seen_at_ms FROM ledger_sources WHERE key_id = ? AND user_agent <> ?',
      keyId,
      OTHER,
    );
    const lastSeenAtMs = new Map<string, number>();
    for (const row of rows) lastSeenAtMs.set(`${row.protocol} ${row.user_agent}`, row.last_seen_at_ms);
    const known: KnownSources = { lastSeenAtMs, lastFoldAtMs: null };
    this.#known.set(keyId, known);
    return known;
  }
}
