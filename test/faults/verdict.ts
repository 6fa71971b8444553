import type { LogRecord } from '../../src/wire/record.ts';
import type { Ledger } from './project.ts';
import type { Subscriber } from './sockets.ts';
import { type Batch, messageOf } from './writers.ts';

/**
 * Holds what is stored against what was sent and answered, and says everything that is wrong: an acknowledged record that is missing, a
 * record that is there twice (by content or by id), a batch of which only a part is there, a record that says something else.
 */
export function wrongWith(records: readonly LogRecord[], batches: readonly Batch[]): string[] {
  const wrong: string[] = [];
  const ids = new Set<string>();
  const found = new Map<string, number[]>();
  for (const record of records) {
    if (ids.has(record.id)) wrong.push(`id ${record.id} is there twice`);
    ids.add(record.id);
    const { batch, index } = record.attrs as { batch: string; index: number };
    if (record.message !== messageOf(batch, index)) wrong.push(`${batch}/${index} says "${record.message}"`);
    const indices = found.get(batch);
    if (indices) indices.push(index);
    else found.set(batch, [index]);
  }
  for (const batch of batches) {
    const indices = (found.get(batch.id) ?? []).toSorted((a, b) => a - b);
    found.delete(batch.id);
    const whole = indices.length === batch.size && indices.every((index, position) => index === position);
    if (whole || (indices.length === 0 && !batch.acknowledged)) continue;
    const told = batch.acknowledged ? 'acknowledged' : 'unanswered';
    wrong.push(
      `${batch.kind} batch ${batch.id}, ${told}: ${new Set(indices).size} of ${batch.size} are there, ${indices.length} times in all`,
    );
  }
  for (const batch of found.keys()) wrong.push(`batch ${batch} was never sent`);
  return wrong;
}

/**
 * Holds the ledger against what an export gives and what clients were told, and says what does not balance: a sum that is not that of its
 * parts, records that were counted and are not there, and more or fewer of them than were acknowledged, beyond what came in requests whose
 * answer was lost.
 */
export function imbalanceOf(ledger: Ledger, exported: readonly LogRecord[], batches: readonly Batch[]): string[] {
  const wrong: string[] = [];
  for (const [name, row] of [['in all', ledger] as const, ...ledger.keys.map((row) => [row.keyId, row] as const)]) {
    const { received, stored, duplicate, rejected } = row;
    if (received !== stored + duplicate + rejected)
      wrong.push(`${name}: ${received} received, ${stored} + ${duplicate} + ${rejected} accounted for`);
  }
  for (const count of ['received', 'stored', 'duplicate', 'rejected'] as const) {
    const sum = ledger.keys.reduce((total, row) => total + row[count], 0);
    if (sum !== ledger[count]) wrong.push(`${count}: ${ledger[count]} in all, ${sum} by key`);
  }
  if (ledger.stored !== exported.length) wrong.push(`${ledger.stored} stored, ${exported.length} exported`);

  const acknowledged = batches.filter((batch) => batch.acknowledged);
  const told = acknowledged.reduce((total, { size }) => total + size, 0);
  const known = new Set(acknowledged.map(({ id }) => id));
  const untold = exported.filter(({ attrs }) => !known.has(String(attrs.batch))).length;
  if (told > ledger.stored) wrong.push(`${told} acknowledged, ${ledger.stored} stored`);
  if (told + untold !== ledger.stored)
    wrong.push(`${ledger.stored} stored, ${told} acknowledged and ${untold} in requests whose answer was lost`);
  const broken = acknowledged.reduce((total, batch) => total + batch.broken, 0);
  if (ledger.rejected < broken) wrong.push(`${broken} told to be rejected, ${ledger.rejected} counted`);
  if (ledger.duplicate > 0 && !batches.some((batch) => batch.repeated))
    wrong.push(`${ledger.duplicate} duplicates, and nobody repeated anything`);
  return wrong;
}

/** What a subscriber should have got and has not, or has got twice, with where it stands. */
export function missedBy(subscriber: Subscriber, records: readonly LogRecord[]): string[] {
  const times = new Map<string, number>();
  for (const { id } of subscriber.records) times.set(id, (times.get(id) ?? 0) + 1);
  const missing = records.filter(({ id }) => !times.has(id));
  const twice = [...times].filter(([, count]) => count > 1);
  const wrong = [
    ...missing.slice(0, 5).map(({ id, stream, attrs }) => `${stream} ${id} of batch ${attrs.batch} is missing`),
    ...twice.slice(0, 5).map(([id, count]) => `${id} came ${count} times`),
  ];
  if (wrong.length === 0 && subscriber.dropped === 0) return [];
  const counts = `${missing.length} missing, ${twice.length} repeated, ${subscriber.dropped} dropped of ${records.length}`;
  return [counts, `the last frames but records: ${subscriber.notes.slice(-6).join(' ')}`, ...wrong];
}
