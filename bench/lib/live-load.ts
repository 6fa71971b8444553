/** 5,000 records/s over POST /api/ingest at an even pace; the last record of each batch says which batch it was. */
import { makeRecord, random } from './records.ts';

const BATCHES_PER_SECOND = 50;
const RECORDS_PER_BATCH = 100;
export const RECORDS_PER_SECOND = BATCHES_PER_SECOND * RECORDS_PER_BATCH;
export const LIVE_MS = Number(process.env.BENCH_LIVE_MS ?? 20_000);

const MARK = /^batch (\d+)$/;

/** The number of the batch that ends with the record of this message; null for every other record. */
export function batchOf(message: string): number | null {
  const number = MARK.exec(message)?.[1];
  return number === undefined ? null : Number(number);
}

/** Sends for LIVE_MS; returns when each batch was acknowledged, on the clock of Date.now(). */
export async function sendLive(url: string, key: string): Promise<Map<number, number>> {
  const ackedAtMs = new Map<number, number>();
  const next = random(3);
  const pending: Promise<void>[] = [];
  const started = performance.now();
  const batches = (LIVE_MS / 1_000) * BATCHES_PER_SECOND;
  for (let batch = 0; batch < batches; batch++) {
    const dueMs = started + (batch * 1_000) / BATCHES_PER_SECOND;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const records = Array.from({ length: RECORDS_PER_BATCH }, () => makeRecord(next, Date.now()));
    for (const last of records.slice(-1)) last.message = `batch ${batch}`;
    pending.push(
      fetch(`${url}/api/ingest`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(records),
      }).then((answer) => {
        if (answer.status !== 202) throw new Error(`ingest answered ${answer.status}`);
        ackedAtMs.set(batch, Date.now());
      }),
    );
  }
  await Promise.all(pending);
  return ackedAtMs;
}
