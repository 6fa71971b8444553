import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminSession } from '../../scripts/start/api.ts';
import type { EtlAnswer, EtlJob } from '../../src/wire/etl-job.ts';
import { peakMib, resetPeak } from '../conformance/memory.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

const LINE = (i: number) => `${JSON.stringify({ message: `m${i}`, attrs: { filler: 'x'.repeat(200), i } })}\n`;
/** The batches of the first 1,500 records. */
const IN_WHOLE_BATCHES = 100 + 200 + 400 + 800;

let worker: StartedWorkerd;
let admin: AdminSession;
let projectId: string;
let key: string;

beforeAll(async () => {
  worker = await startWorkerd();
  admin = await worker.signIn();
  ({ id: projectId } = (await admin.post('/api/projects', { name: 'ETL' })) as { id: string });
  ({ key } = (await admin.post(`/api/projects/${projectId}/keys`, { name: 'etl', scopes: ['ingest'] })) as {
    key: string;
  });
});
afterAll(() => worker.stop());

const jobs = async () => ((await admin.get(`/api/etl/jobs?project=${projectId}`)) as { items: EtlJob[] }).items;
const ledger = async () =>
  (await admin.get(`/api/projects/${projectId}/ledger`)) as Record<
    'received' | 'stored' | 'duplicate' | 'rejected',
    number
  >;

/** Sends the head and `pieces` of a chunked body, waits for `before`, and closes the connection without an end. */
async function sendAndBreakOff(idempotencyKey: string, text: string, before: () => Promise<boolean>): Promise<void> {
  const { hostname, port } = new URL(worker.url);
  const socket = net.connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write(
    `POST /api/etl/start?dataType=JSON HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${key}\r\n` +
      `Idempotency-Key: ${idempotencyKey}\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  await until('what was sent is stored', before);
  socket.destroy();
}

function post(idempotencyKey: string, pieces: Iterable<string>): Promise<{ status: number; body: EtlAnswer }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: EtlAnswer }>();
  const request = http.request(`${worker.url}/api/etl/start?dataType=JSON`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'idempotency-key': idempotencyKey },
  });
  request.on('error', reject);
  request.on('response', async (response) => {
    let text = '';
    for await (const piece of response) text += piece;
    resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as EtlAnswer });
  });
  const iterator = pieces[Symbol.iterator]();
  const write = (): void => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      if (!request.write(next.value)) {
        request.once('drain', write);
        return;
      }
    }
    request.end();
  };
  write();
  return promise;
}

function* lines(from: number, to: number, perPiece: number): Generator<string> {
  for (let at = from; at < to; at += perPiece)
    yield Array.from({ length: Math.min(perPiece, to - at) }, (_, i) => LINE(at + i)).join('');
}

describe('a stream over a real connection', () => {
  it('that is cut keeps its whole batches and nothing else; the whole again with the same key adds what is missing', async () => {
    const name = randomUUID();
    const before = await ledger();
    await sendAndBreakOff(name, [...lines(0, 1_700, 1_700)].join(''), async () => {
      const { stored } = await ledger();
      return stored - before.stored === IN_WHOLE_BATCHES;
    });
    const again = await post(name, lines(0, 3_000, 97));
    expect(again.status).toBe(202);
    expect(again.body).toMatchObject({
      ...{ received: 3_000, stored: 3_000 - IN_WHOLE_BATCHES, duplicate: IN_WHOLE_BATCHES, rejected: 0 },
    });
    const { received, stored, duplicate, rejected } = await ledger();
    expect(stored - before.stored).toBe(3_000);
    expect(received).toBe(stored + duplicate + rejected);
    expect((await jobs()).find(({ id }) => id === again.body.jobId)).toMatchObject({
      state: 'done',
      attempt: 2,
      toldBy: 2,
    });
  });

  it('survives the death of every process on its way', async () => {
    const name = randomUUID();
    const before = await ledger();
    await sendAndBreakOff(name, [...lines(0, 1_700, 1_700)].join(''), async () => {
      const { stored } = await ledger();
      if (stored - before.stored < IN_WHOLE_BATCHES) return false;
      await worker.kill9();
      return true;
    });
    worker = await startWorkerd({ stateDir: worker.stateDir });
    admin = await worker.signIn();
    const again = await post(name, lines(0, 2_000, 500));
    expect(again.body).toMatchObject({ received: 2_000, stored: 500, duplicate: IN_WHOLE_BATCHES });
    const { received, stored, duplicate, rejected } = await ledger();
    expect(stored - before.stored).toBe(2_000);
    expect(received).toBe(stored + duplicate + rejected);
  });

  it('of 64 MB is never held: memory grows by much less than what passes', async () => {
    await post(randomUUID(), lines(0, 20_000, 500));
    const atRestMib = resetPeak(worker);
    const records = 250_000;
    const { body } = await post(randomUUID(), lines(0, records, 500));
    expect(body).toMatchObject({ received: records, stored: records, rejected: 0 });
    // With the journal, D1 and the database's cache in the same process; what passes is 64 MB, and parsed some 300.
    expect(peakMib(worker) - atRestMib).toBeLessThan(160);
  });
});
