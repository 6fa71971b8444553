import { boundCauses } from '../../src/journal/ledger-policy.ts';
import type { CauseTally, MinuteTally, Tally } from '../../src/journal/tally.ts';
import type { LedgerCause, LedgerDetail, LedgerMinute, LedgerRequest, LedgerRow } from '../../src/journal/types.ts';
import { SourceStore } from './source-store.ts';

type CauseKind = LedgerCause['kind'];

const COUNTS = 'requests, received, stored, duplicate, rejected, refused, bytes';
const SUMS = COUNTS.replace(/\w+/g, 'sum($&) AS $&');
const ADD_COUNTS = `ON CONFLICT (key_id, minute) DO UPDATE SET ${COUNTS.replace(/\w+/g, '$& = $& + excluded.$&')},
  last_seen_at_ms = max(last_seen_at_ms, excluded.last_seen_at_ms), last_record_at_ms = max(last_record_at_ms, excluded.last_record_at_ms)`;
const ADD_TOTAL = 'ON CONFLICT (key_id, kind, cause, minute) DO UPDATE SET total = total + excluded.total';

// type, not interface: SqlStorage.exec asks for an index signature
type Counts = {
  key_id: string;
  requests: number;
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  refused: number;
  bytes: number;
};

/** What was received and became of it, by key; its tables come with those of JournalStore. */
export class LedgerStore {
  readonly #sql: SqlStorage;
  readonly #sources: SourceStore;
  /** Named causes by kind and key, so that a count need not ask the table. */
  readonly #causes = new Map<string, Set<string>>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#sources = new SourceStore(sql);
  }

  /** In a transaction of the caller. */
  add(tally: Tally): void {
    for (const minute of tally.minutes) this.#addMinute(minute);
    for (const causes of tally.causes) this.#addCauses(causes);
    for (const source of tally.sources) this.#sources.add(source);
  }

  rows(): LedgerRow[] {
    const causes = this.#sql
      .exec<{ key_id: string; kind: string; cause: string; total: number }>(
        'SELECT key_id, kind, cause, sum(total) AS total FROM ledger_causes GROUP BY key_id, kind, cause',
      )
      .toArray();
    const causesOf = (keyId: string, kind: CauseKind) =>
      Object.fromEntries(causes.filter((c) => c.key_id === keyId && c.kind === kind).map((c) => [c.cause, c.total]));
    return this.#sql
      .exec<Counts & { last: number; last_record: number }>(
        `SELECT key_id, ${SUMS}, max(last_seen_at_ms) AS last, max(last_record_at_ms) AS last_record FROM ledger GROUP BY key_id`,
      )
      .toArray()
      .map(({ key_id, last, last_record, ...counts }) => ({
        keyId: key_id,
        ...counts,
        lastSeenAtMs: last,
        lastRecordAtMs: last_record,
        rejectedByReason: causesOf(key_id, 'rejected'),
        refusedByCode: causesOf(key_id, 'refused'),
      }));
  }

  detail({ keyId, fromMinute, toMinute, maxMinutes, maxSources }: LedgerRequest): Omit<LedgerDetail, 'foldedBeforeMs'> {
    // By key, so that the index finds the range of each; a scan of a day of minutes stops the thread that appends.
    const minutes: LedgerMinute[] = this.#sql
      .exec<Counts & { minute: number }>(
        `WITH RECURSIVE keys (id) AS (
           SELECT coalesce(?1, (SELECT min(key_id) FROM ledger))
           UNION ALL
           SELECT (SELECT min(key_id) FROM ledger WHERE key_id > keys.id) FROM keys WHERE ?1 IS NULL AND keys.id IS NOT NULL
         )
         SELECT key_id, minute, ${COUNTS} FROM keys JOIN ledger ON key_id = keys.id AND minute >= max(1, ?2) AND minute < ?3
         ORDER BY minute DESC LIMIT ?4`,
        keyId,
        fromMinute,
        toMinute,
        maxMinutes + 1,
      )
      .toArray()
      .map(({ key_id, minute, ...counts }) => ({ minute: minute * 60_000, keyId: key_id, ...counts }));
    const causes: LedgerCause[] = this.#sql
      .exec<{ key_id: string; kind: CauseKind; cause: string; total: number; last: number }>(
        `SELECT key_id, kind, cause, sum(total) AS total, max(minute) AS last FROM ledger_causes
         WHERE minute >= max(1, ?2) AND minute < ?3 AND (?1 IS NULL OR key_id = ?1) GROUP BY key_id, kind, cause`,
        keyId,
        fromMinute,
        toMinute,
      )
      .toArray()
      .map(({ key_id, last, ...cause }) => ({ keyId: key_id, ...cause, lastMinute: last * 60_000 }));
    return { minutes, causes, sources: this.#sources.list(keyId, maxSources + 1) };
  }

  /** Folds minutes before `beforeMinute` into minute 0; sums never change. */
  fold(beforeMinute: number): void {
    this.#sql.exec(
      `INSERT INTO ledger (key_id, minute, ${COUNTS}, last_seen_at_ms, last_record_at_ms)
         SELECT key_id, 0, ${SUMS}, max(last_seen_at_ms), max(last_record_at_ms)
         FROM ledger WHERE minute > 0 AND minute < ? GROUP BY key_id ${ADD_COUNTS}`,
      beforeMinute,
    );
    this.#sql.exec('DELETE FROM ledger WHERE minute > 0 AND minute < ?', beforeMinute);
    this.#sql.exec(
      `INSERT INTO ledger_causes (key_id, kind, cause, minute, total) SELECT key_id, kind, cause, 0, sum(total)
         FROM ledger_causes WHERE minute > 0 AND minute < ? GROUP BY key_id, kind, cause ${ADD_TOTAL}`,
      beforeMinute,
    );
    this.#sql.exec('DELETE FROM ledger_causes WHERE minute > 0 AND minute < ?', beforeMinute);
  }

  #addMinute(counts: MinuteTally): void {
    this.#sql.exec(
      `INSERT INTO ledger (key_id, minute, ${COUNTS}, last_seen_at_ms, last_record_at_ms) VALUES (?,?,?,?,?,?,?,?,?,?,?) ${ADD_COUNTS}`,
      counts.keyId,
      counts.minute,
      counts.requests,
      counts.received,
      counts.stored,
      counts.duplicate,
      counts.rejected,
      counts.refused,
      counts.bytes,
      counts.lastSeenAtMs,
      counts.lastRecordAtMs,
    );
  }

  #addCauses({ keyId, kind, minute, totals }: CauseTally): void {
    for (const [cause, total] of boundCauses(totals, this.#causesOf(keyId, kind))) {
      this.#sql.exec(
        `INSERT INTO ledger_causes (key_id, kind, cause, minute, total) VALUES (?,?,?,?,?) ${ADD_TOTAL}`,
        keyId,
        kind,
        cause,
        minute,
        total,
      );
    }
  }

  /** Reasons as they will be kept: what a client makes up is not carried along until then. */
  bounded(keyId: string, reasons: Readonly<Record<string, number>>): Record<string, number> {
    return Object.fromEntries(boundCauses(Object.entries(reasons), this.#causesOf(keyId, 'rejected')));
  }

  #causesOf(keyId: string, kind: CauseKind): Set<string> {
    const held = this.#causes.get(`${kind} ${keyId}`);
    if (held) return held;
    const rows = this.#sql.exec<{ cause: string }>(
      "SELECT DISTINCT cause FROM ledger_causes WHERE key_id = ? AND kind = ? AND cause <> '(other)'",
      keyId,
      kind,
    );
    const known = new Set(rows.toArray().map(({ cause }) => cause));
    this.#causes.set(`${kind} ${keyId}`, known);
    return known;
  }
}
