import { setTimeout as sleep } from 'node:timers/promises';
import type { Stream } from '../../src/wire/record.ts';
import type { DemoRecord } from './record.ts';
import { type SendOutcome, sendBatch } from './send.ts';
import { recordsOfSecond } from './traffic.ts';

export interface TrafficOptions {
  url: string;
  key: string;
  /** True on a new state: the last two days are filled in, the last hour in full, so that charts have something to show and something to hold it against. */
  fresh: boolean;
  clockOffsetMs: number;
  signal: AbortSignal;
}

const HOUR_MS = 60 * 60_000;
const PAST_MS = 48 * HOUR_MS;
/**
 * Of the time before the last hour, one second in thirty, and of that what pages over a day are made of: 60,000 records, which a laptop takes in within
 * seconds. All of it would be four million.
 */
const SAMPLED_EVERY_MS = 30_000;
const SAMPLED_STREAMS: readonly Stream[] = ['operations', 'vitals', 'errors'];
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

async function sendAll(options: TrafficOptions): Promise<SendOutcome> {
  const { url, key, fresh, clockOffsetMs, signal } = options;
  const startMs = Math.ceil((Date.now() + clockOffsetMs) / 1_000) * 1_000;
  const send = (batch: readonly DemoRecord[]) => sendBatch(url, key, batch, signal);
  if (!fresh) return sendLive(startMs, options);
  const lastHour = await backfill(lastHourBefore(startMs), send);
  if (lastHour.kind !== 'stored') return lastHour;
  // What is older must not keep anybody waiting for what happens now.
  const [live, past] = await Promise.all([sendLive(startMs, options), backfill(sampledBefore(startMs), send)]);
  return past.kind === 'refused' ? past : live;
}

async function sendLive(fromMs: number, { url, key, clockOffsetMs, signal }: TrafficOptions): Promise<SendOutcome> {
  const nowMs = () => Date.now() + clockOffsetMs;
  let secondMs = fromMs;
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

/** Second by second. */
export function* lastHourBefore(nowMs: number): Generator<DemoRecord[]> {
  for (let ms = nowMs - HOUR_MS; ms < nowMs; ms += 1_000) yield recordsOfSecond(ms);
}

/** The time before that, the newest first. */
export function* sampledBefore(nowMs: number): Generator<DemoRecord[]> {
  for (let ms = nowMs - HOUR_MS - SAMPLED_EVERY_MS; ms >= nowMs - PAST_MS; ms -= SAMPLED_EVERY_MS) {
    yield recordsOfSecond(ms).filter(({ stream }) => SAMPLED_STREAMS.includes(stream));
  }
}

async function backfill(
  seconds: Iterable<DemoRecord[]>,
  send: (batch: readonly DemoRecord[]) => Promise<SendOutcome>,
): Promise<SendOutcome> {
  let batch: DemoRecord[] = [];
  for (const records of seconds) {
    batch.push(...records);
    if (batch.length < BACKFILL_BATCH) continue;
    const outcome = await send(batch);
    if (outcome.kind !== 'stored') return outcome;
    batch = [];
  }
  return batch.length > 0 ? send(batch) : { kind: 'stored' };
}
