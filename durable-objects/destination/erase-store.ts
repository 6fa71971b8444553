import { Person } from '../../src/compliance/index.ts';
import type { DeliveryErasure, ErasedDeliveries } from '../../src/delivery/calls.ts';
import type { DeliveryStore } from './delivery-store.ts';

/** Deliveries of one call, with their attempts: events and answers have some KB each. */
const MAX_SCANNED = 200;

type ScannedRow = {
  seq: number;
  state: string;
  lane: string | null;
  subject: string;
  event: string;
  body: string | null;
};

/**
 * Deletes the deliveries that name a person, with what was sent and answered, whatever became of them: who is erased is told to nobody any more. What is
 * under way stays until it has ended; `left` counts it. To be called in a transaction.
 */
export function eraseDeliveries(
  sql: SqlStorage,
  deliveries: Pick<DeliveryStore, 'release' | 'counts'>,
  { identity, afterSeq }: DeliveryErasure,
  nowMs: number,
): ErasedDeliveries {
  const rows = sql
    .exec<ScannedRow>(
      'SELECT seq, state, lane, subject, event, body FROM deliveries WHERE seq > ? ORDER BY seq LIMIT ?',
      ...[afterSeq, MAX_SCANNED],
    )
    .toArray();
  const attempts = Map.groupBy(
    sql
      .exec<{ delivery: number; text: string }>(
        `SELECT delivery, coalesce(body, '') || char(10) || coalesce(response, '') || char(10) || url AS text FROM attempts
         WHERE delivery IN (SELECT value FROM json_each(?))`,
        JSON.stringify(rows.map(({ seq }) => seq)),
      )
      .toArray(),
    ({ delivery }) => delivery,
  );
  const person = new Person(identity);
  const named = rows.filter(({ seq, subject, event, body }) => {
    const texts = [subject, body ?? '', ...(attempts.get(seq) ?? []).map(({ text }) => text)];
    return person.isNamedInLine(event) || texts.some((text) => person.isNamedInText(text));
  });
  const gone = named.filter(({ state }) => state !== 'delivering');
  const seqs = JSON.stringify(gone.map(({ seq }) => seq));
  sql.exec('DELETE FROM attempts WHERE delivery IN (SELECT value FROM json_each(?))', seqs);
  sql.exec('DELETE FROM deliveries WHERE seq IN (SELECT value FROM json_each(?))', seqs);
  for (const lane of new Set(gone.flatMap((row) => row.lane ?? []))) deliveries.release(lane, nowMs);
  if (gone.length > 0) deliveries.counts.changed();
  return {
    erased: gone.length,
    left: named.length - gone.length,
    nextSeq: rows.length === MAX_SCANNED ? (rows.at(-1)?.seq ?? null) : null,
  };
}
