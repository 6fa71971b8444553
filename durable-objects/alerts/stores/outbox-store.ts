import type { DeliveryEvent } from '../../../src/wire/delivery.ts';

export interface OutboxRow {
  seq: number;
  event: DeliveryEvent;
  createdAtMs: number;
}

/** Notices that are decided, and not known to be at their destination. */
export class OutboxStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  insert(destinationId: string, event: DeliveryEvent): void {
    this.#sql.exec(
      'INSERT OR IGNORE INTO outbox (destination_id, event_id, event, created_at_ms) VALUES (?,?,?,?)',
      destinationId,
      event.id,
      JSON.stringify(event),
      event.createdAtMs,
    );
  }

  destinations(): string[] {
    return this.#sql
      .exec<{ destination_id: string }>('SELECT DISTINCT destination_id FROM outbox')
      .toArray()
      .map(({ destination_id }) => destination_id);
  }

  /** The oldest first. */
  next(destinationId: string, limit: number): OutboxRow[] {
    return this.#sql
      .exec<{ seq: number; event: string; created_at_ms: number }>(
        'SELECT seq, event, created_at_ms FROM outbox WHERE destination_id = ? ORDER BY seq LIMIT ?',
        destinationId,
        limit,
      )
      .toArray()
      .map(({ seq, event, created_at_ms }) => ({ seq, event: JSON.parse(event), createdAtMs: created_at_ms }));
  }

  drop(rows: readonly Pick<OutboxRow, 'seq'>[]): void {
    for (const { seq } of rows) this.#sql.exec('DELETE FROM outbox WHERE seq = ?', seq);
  }
}
