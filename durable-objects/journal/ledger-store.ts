import type { LedgerRow } from '../../src/journal/types.ts';

export interface LedgerEntry {
  keyId: string;
  nowMs: number;
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  refused: number;
  bytes: number;
  rejectedByReason: Record<string, number>;
}

/** What was received and became of it, by key. Written in the transaction of what it counts; its tables come with those of JournalStore. */
export class LedgerStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  count(entry: LedgerEntry): void {
    this.#sql.exec(
      `INSERT INTO ledger (key_id, minute, received, stored, duplicate, rejected, refused, bytes, last_seen_at_ms) VALUES (?,?,?,?,?,?,?,?,?)
       ON CONFLICT (key_id, minute) DO UPDATE SET received = received + excluded.received, stored = stored + excluded.stored,
         duplicate = duplicate + excluded.duplicate, rejected = rejected + excluded.rejected, refused = refused + excluded.refused,
         bytes = bytes + excluded.bytes, last_seen_at_ms = max(last_seen_at_ms, excluded.last_seen_at_ms)`,
      entry.keyId,
      Math.floor(entry.nowMs / 60_000),
      entry.received,
      entry.stored,
      entry.duplicate,
      entry.rejected,
      entry.refused,
      entry.bytes,
      entry.nowMs,
    );
    for (const [reason, records] of Object.entries(entry.rejectedByReason)) {
      this.#sql.exec(
        'INSERT INTO ledger_reasons (key_id, reason, records) VALUES (?,?,?) ON CONFLICT (key_id, reason) DO UPDATE SET records = records + excluded.records',
        entry.keyId,
        reason,
        records,
      );
    }
  }

  /** Beside `count`, for a request that is refused whole. */
  countRefusal(keyId: string, code: string): void {
    this.#sql.exec(
      'INSERT INTO ledger_refusals (key_id, code, requests) VALUES (?,?,1) ON CONFLICT (key_id, code) DO UPDATE SET requests = requests + 1',
      keyId,
      code,
    );
  }

  rows(): LedgerRow[] {
    const refusals = this.#sql
      .exec<{ key_id: string; code: string; requests: number }>('SELECT key_id, code, requests FROM ledger_refusals')
      .toArray();
    const reasons = this.#sql
      .exec<{ key_id: string; reason: string; records: number }>('SELECT key_id, reason, records FROM ledger_reasons')
      .toArray();
    return this.#sql
      .exec<{
        key_id: string;
        received: number;
        stored: number;
        duplicate: number;
        rejected: number;
        refused: number;
        bytes: number;
        last: number;
      }>(
        `SELECT key_id, sum(received) AS received, sum(stored) AS stored, sum(duplicate) AS duplicate, sum(rejected) AS rejected,
           sum(refused) AS refused, sum(bytes) AS bytes, max(last_seen_at_ms) AS last FROM ledger GROUP BY key_id`,
      )
      .toArray()
      .map(({ key_id, last, ...counts }) => ({
        keyId: key_id,
        ...counts,
        lastSeenAtMs: last,
        rejectedByReason: Object.fromEntries(
          reasons.filter((r) => r.key_id === key_id).map((r) => [r.reason, r.records]),
        ),
        refusedByCode: Object.fromEntries(refusals.filter((r) => r.key_id === key_id).map((r) => [r.code, r.requests])),
      }));
  }

  /** Folds minutes older than `detailMs` into minute 0; sums never change. */
  fold(nowMs: number, detailMs: number): void {
    const before = Math.floor((nowMs - detailMs) / 60_000);
    this.#sql.exec(
      `INSERT INTO ledger SELECT key_id, 0, sum(received), sum(stored), sum(duplicate), sum(rejected), sum(refused), sum(bytes), max(last_seen_at_ms)
         FROM ledger WHERE minute > 0 AND minute < ?1 GROUP BY key_id
       ON CONFLICT (key_id, minute) DO UPDATE SET received = received + excluded.received, stored = stored + excluded.stored,
         duplicate = duplicate + excluded.duplicate, rejected = rejected + excluded.rejected, refused = refused + excluded.refused,
         bytes = bytes + excluded.bytes, last_seen_at_ms = max(last_seen_at_ms, excluded.last_seen_at_ms)`,
      before,
    );
    this.#sql.exec('DELETE FROM ledger WHERE minute > 0 AND minute < ?', before);
  }
}
