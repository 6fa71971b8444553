/** Which events are not known to be in the journal, and with which append they go. */
export class OutboxStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  insert(seq: number, batch: number, keyId: string): void {
    this.#sql.exec('INSERT INTO outbox (seq, batch, key_id) VALUES (?,?,?)', seq, batch, keyId);
  }

  has(seq: number): boolean {
    return this.#sql.exec('SELECT 1 FROM outbox WHERE seq = ?', seq).toArray().length > 0;
  }

  drop(batch: number): void {
    this.#sql.exec('DELETE FROM outbox WHERE batch = ?', batch);
  }

  /** The oldest first. */
  batches(limit: number): { batch: number; keyId: string; seqs: number[] }[] {
    return this.#sql
      .exec<{ batch: number; key_id: string; seqs: string }>(
        `SELECT batch, key_id, json_group_array(seq) AS seqs FROM outbox GROUP BY batch ORDER BY batch LIMIT ?`,
        limit,
      )
      .toArray()
      .map(({ batch, key_id, seqs }) => ({ batch, keyId: key_id, seqs: JSON.parse(seqs) as number[] }));
  }

  pending(): { pending: number; oldestAtMs: number | null } {
    const row = this.#sql
      .exec<{ pending: number; oldest: number | null }>(
        `SELECT count(*) AS pending, (SELECT e.at_ms FROM events e WHERE e.seq = (SELECT min(seq) FROM outbox)) AS oldest FROM outbox`,
      )
      .one();
    return { pending: row.pending, oldestAtMs: row.oldest };
  }
}
