import type { Dedupe } from '../../src/journal/types.ts';
import type { IngestAnswer } from '../../src/wire/ingest.ts';

/** Batches that must not be stored twice, with what was answered; its table comes with those of JournalStore. */
export class AnswerStore {
  readonly #sql: SqlStorage;
  /** Where the next look for what has expired begins. */
  #sweptToKey = '';

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  find(key: string, nowMs: number): { payload: string; answer: IngestAnswer } | null {
    const row = this.#sql
      .exec<{ payload: string; answer: string }>(
        'SELECT payload, answer FROM dedupe WHERE key = ? AND expires_at_ms > ?',
        key,
        nowMs,
      )
      .toArray()[0];
    return row ? { payload: row.payload, answer: JSON.parse(row.answer) } : null;
  }

  remember(key: string, payload: string, answer: IngestAnswer, expiresAtMs: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO dedupe (key, payload, answer, expires_at_ms) VALUES (?,?,?,?)',
      key,
      payload,
      JSON.stringify(answer),
      expiresAtMs,
    );
  }

  /**
   * Looks at the next `step` answers, in the order of their keys and round again, and forgets those past their time; goes on to `limit` where that was a
   * quarter of them or more. An index by expiry would find them at once, and would be a second row written for each: what is looked at costs a thousandth of that.
   */
  sweep(nowMs: number, step: number, limit: number): void {
    for (let looked = 0; looked < limit; looked += step) {
      const seen = this.#sql
        .exec<{ key: string; expires_at_ms: number }>(
          'SELECT key, expires_at_ms FROM dedupe WHERE key > ? ORDER BY key LIMIT ?',
          this.#sweptToKey,
          step,
        )
        .toArray();
      const expired = seen.filter(({ expires_at_ms }) => expires_at_ms <= nowMs).map(({ key }) => key);
      if (expired.length > 0)
        this.#sql.exec('DELETE FROM dedupe WHERE key IN (SELECT value FROM json_each(?))', JSON.stringify(expired));
      const isEnd = seen.length < step;
      this.#sweptToKey = isEnd ? '' : (seen.at(-1)?.key ?? '');
      if (isEnd || expired.length * 4 < seen.length) return;
    }
  }
}

/** Of an answer that is remembered. */
export function dedupeKey(keyId: string, dedupe: Dedupe): string {
  return dedupe.kind === 'key' ? `k:${keyId}:${dedupe.key}` : `b:${keyId}:${dedupe.payload}`;
}
