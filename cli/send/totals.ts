import type { IngestAnswer } from '../../src/wire/ingest.ts';
import type { Batch } from './batches.ts';

/** How many reasons are told; the counts are exact. */
const MAX_REASONS = 10;
const TOO_LONG = 'is longer than a record can be';

/** What became of the records of one source. */
export interface Totals {
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  /** Of the received: sent by an earlier run already, whose answer these counts repeat. */
  sentBefore: number;
  bytes: number;
  errors: { record: number; pointer: string; reason: string }[];
}

export function noTotals(): Totals {
  return { received: 0, stored: 0, duplicate: 0, rejected: 0, sentBefore: 0, bytes: 0, errors: [] };
}

/** `answer` is null for a batch of which nothing could be sent. */
export function count(totals: Totals, batch: Batch, answer: IngestAnswer | null, replayed: boolean): void {
  const { firstRecord, tooLong, records } = batch;
  totals.received += records;
  totals.stored += answer?.stored ?? 0;
  totals.duplicate += answer?.duplicate ?? 0;
  totals.rejected += (answer?.rejected ?? 0) + tooLong.length;
  totals.sentBefore += replayed ? records : 0;
  totals.bytes += batch.end - batch.start;
  const isLong = new Set(tooLong);
  // The server counts what it got: records that were held back are not among them.
  const sent = Array.from({ length: records }, (_, at) => at).filter((at) => !isLong.has(at));
  const told = [
    ...tooLong.map((at) => ({ record: firstRecord + at, pointer: '', reason: TOO_LONG })),
    ...(answer?.errors ?? []).map(({ index, ...why }) => ({ record: firstRecord + (sent[index] ?? index), ...why })),
  ];
  totals.errors.push(...told.slice(0, MAX_REASONS - totals.errors.length));
}

export function sumOf(all: readonly Totals[]): Omit<Totals, 'errors'> {
  const sum = (pick: (one: Totals) => number) => all.reduce((total, one) => total + pick(one), 0);
  return {
    ...{ received: sum((one) => one.received), stored: sum((one) => one.stored) },
    ...{ duplicate: sum((one) => one.duplicate), rejected: sum((one) => one.rejected) },
    ...{ sentBefore: sum((one) => one.sentBefore), bytes: sum((one) => one.bytes) },
  };
}
