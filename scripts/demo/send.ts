import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoRecord } from './record.ts';

/** `refused` is for good: the key was revoked, or the server does not take such records. */
export type SendOutcome =
  | { kind: 'stored' }
  | { kind: 'aborted' }
  | { kind: 'refused'; status: number; reason: string };

/**
 * Sends a batch until it is durable. Waits as long as the server asks on 429 and 503, and half a second to 8 s, doubling,
 * when it does not answer at all. One idempotency key for all tries, so that a lost answer doubles nothing.
 */
export async function sendBatch(
  url: string,
  key: string,
  records: readonly DemoRecord[],
  signal: AbortSignal,
): Promise<SendOutcome> {
  const request = {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/x-ndjson',
      'idempotency-key': randomUUID(),
    },
    body: records.map((record) => JSON.stringify(record)).join('\n'),
  };
  for (let attempt = 0; !signal.aborted; attempt++) {
    const answer = await fetch(`${url}/api/ingest`, { ...request, signal }).catch(() => null);
    const text = (await answer?.text().catch(() => '')) ?? '';
    if (answer?.ok) return { kind: 'stored' };
    const again = answer === null || answer.status === 429 || answer.status >= 500;
    if (!again) return { kind: 'refused', status: answer.status, reason: text.slice(0, 300) };
    await sleep(waitMs(answer, attempt), undefined, { signal }).catch(() => undefined); // only an abort ends a sleep early
  }
  return { kind: 'aborted' };
}

function waitMs(answer: Response | null, attempt: number): number {
  const askedSeconds = Number(answer?.headers.get('retry-after'));
  return askedSeconds > 0 ? askedSeconds * 1_000 : 500 * 2 ** Math.min(attempt, 4);
}
