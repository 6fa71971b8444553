import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoRecord } from './record.ts';
import { type SendOutcome, sendBatch } from './send.ts';
import { recordsOfSecond } from './traffic.ts';

export interface TrafficOptions {
  url: string;
  key: string;
  /** True on a new state: the last hour is filled in, so that charts have something to show. */
  fresh: boolean;
  clockOffsetMs: number;
  signal: AbortSignal;
}

const BACKFILL_MS = 60 * 60_000;
/** Records in one request of the backfill: some 600 kB, a few milliseconds of the server's time. */
const BACKFILL_BATCH = 2_000;
/** Live records leave four times a second, so that the tail moves instead of jumping. */
const TICK_MS = 250;
/** After a longer silence (a suspended laptop, a server that was away) the missed traffic is left out. */
const MAX_BEHIND_MS = 60_000;

/** Sends the demo's traffic until aborted, or until the server refuses it for good, which is said once. */
export async function runTraffic(options: TrafficOptions): Promise<void> {
  const outcome = await sendAll(options);
  if (outcome.kind === 'refused') {
    console.error(`The demo traffic stops: the server refuses it (${outcome.status}): ${outcome.reason}`);
  }
}

async function sendAll({ url, key, fresh, clockOffsetMs, signal }: TrafficOptions): Promise<SendOutcome> {
  const nowMs = () => Date.now() + clockOffsetMs;
  let secondMs = Math.ceil(nowMs() / 1_000) * 1_000;
  if (fresh) {
    const outcome = await backfill(secondMs - BACKFILL_MS, secondMs, (batch) => sendBatch(url, key, batch, signal));
    if (outcome.kind !== 'stored') return outcome;
  }
  let waiting: DemoRecord[] = [];
  while (!signal.aborted) {
    secondMs = Math.max(secondMs, Math.floor((nowMs() - MAX_BEHIND_MS) / 1_000) * 1_000);
    for (; secondMs <= nowMs(); secondMs += 1_000) waiting.push(...recordsOfSecond(secondMs));
    const due = waiting.filter((record) => record.ts <= nowMs());
    waiting = waiting.slice(due.length);
    if (due.length > 0) {
      const outcome = await sendBatch(url, key, due, signal);
      if (outcome.kind !== 'stored') return outcome;
    }
    await sleep(TICK_MS, undefined, { signal }).catch(() => undefined); // only an abort ends it early
  }
  return { kind: 'aborted' };
}

async function backfill(
  fromMs: number,
  toMs: number,
  send: (batch: readonly DemoRecord[]) => Promise<SendOutcome>,
): Promise<SendOutcome> {
  let batch: DemoRecord[] = [];
  for (let ms = fromMs; ms < toMs; ms += 1_000) {
    batch.push(...recordsOfSecond(ms));
    if (batch.length < BACKFILL_BATCH && ms + 1_000 < toMs) continue;
    const outcome = await send(batch);
    if (outcome.kind !== 'stored') return outcome;
    batch = [];
  }
  return { kind: 'stored' };
}
