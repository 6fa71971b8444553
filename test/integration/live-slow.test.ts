import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerFrame } from '../../src/wire/protocol.ts';
import { SUBPROTOCOL } from '../../src/wire/protocol.ts';
import { RawSocket } from '../helpers/node/raw-socket.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

const RECORDS_PER_REQUEST = 4_000;
const REQUESTS = 30;
const TOTAL = RECORDS_PER_REQUEST * REQUESTS;

let worker: StartedWorkerd;
let project: string;
let key: string;

beforeAll(async () => {
  worker = await startWorkerd();
  const admin = await worker.signIn();
  project = ((await admin.post('/api/projects', { name: 'Slow' })) as { id: string }).id;
  const created = await admin.post(`/api/projects/${project}/keys`, { name: 'all', scopes: ['ingest', 'query'] });
  key = (created as { key: string }).key;
});

afterAll(async () => {
  await worker?.stop();
});

interface Subscriber {
  socket: RawSocket;
  records: number;
  dropped: number;
  bytes: number;
}

async function subscribe(): Promise<Subscriber> {
  const socket = await RawSocket.open(`${worker.url}/ws/telemetry`, [SUBPROTOCOL, `bearer.${key}`]);
  const subscriber: Subscriber = { socket, records: 0, dropped: 0, bytes: 0 };
  await new Promise<void>((resolve) => {
    socket.onMessage = (message) => {
      subscriber.bytes += message.length;
      const frame = JSON.parse(message.toString()) as ServerFrame;
      if (frame.type === 'SUBSCRIBED') resolve();
      if (frame.type !== 'UPDATE') return;
      subscriber.records += frame.records.length;
      subscriber.dropped += frame.dropped ?? 0;
    };
    socket.write(RawSocket.frame(JSON.stringify({ type: 'SUBSCRIBE', project, topics: ['logs'] })));
  });
  return subscriber;
}

async function send(request: number): Promise<void> {
  const body = Array.from({ length: RECORDS_PER_REQUEST }, (_, i) =>
    JSON.stringify({ message: `record ${i} of request ${request}`, attrs: { text: 'x'.repeat(200) } }),
  ).join('\n');
  const answer = await fetch(`${worker.url}/api/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body,
  });
  expect(answer.status).toBe(202);
}

describe('a client that stops reading', () => {
  it('holds up nobody, costs bounded memory, and is told exactly how much it missed', async () => {
    const [slow, brisk] = [await subscribe(), await subscribe()];
    slow.socket.pause();
    for (let request = 0; request < REQUESTS; request++) {
      await send(request);
      await until('the brisk one has it', () => brisk.records >= (request + 1) * RECORDS_PER_REQUEST);
    }
    expect([brisk.records, brisk.dropped]).toEqual([TOTAL, 0]);

    slow.socket.resume();
    // Nothing new is sent: the count comes on its own once there is room.
    await until('the slow one has what is left and the count', () => slow.records + slow.dropped >= TOTAL);
    expect(slow.records + slow.dropped).toBe(TOTAL);
    expect(slow.dropped).toBeGreaterThan(TOTAL / 2);
    // 4 MiB in the hub and a frame or two on top; the rest is what the kernel takes on both ends of a loopback connection.
    expect(slow.bytes).toBeLessThan(20 * 1024 * 1024);

    await send(REQUESTS);
    await until('it is live again', () => slow.records + slow.dropped === TOTAL + RECORDS_PER_REQUEST);
    await until('the other one has it, too', () => brisk.records === TOTAL + RECORDS_PER_REQUEST);
    for (const { socket } of [slow, brisk]) socket.destroy();
  });
});
