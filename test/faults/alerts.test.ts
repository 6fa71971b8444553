/** The power switch while records come in that make a rule fire: its receiver hears of each firing, under one id, whatever died on the way. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Firing } from '../../src/wire/alerts.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { newProject, type Project } from './project.ts';

const ROUNDS = Number(process.env.BREAKWATER_FAULT_ROUNDS ?? 4);
const SENDERS = 4;
/** Errors of one round; a rule fires above half of them. */
const RECORDS = 40;
const LONGEST_LIFE_MS = 400;

interface Received {
  webhookId: string;
  type: string;
  firings: Firing[];
}

describe(`SIGKILL to everything while a rule passes its threshold, ${ROUNDS} times`, () => {
  let worker: StartedWorkerd;
  let project: Project;
  let receiver: Server;
  let killed = 0;
  const received: Received[] = [];
  const surprises: number[] = [];

  /** One error of the round, until it is taken: its key makes it one, however often it is sent. */
  async function send(round: number, index: number): Promise<void> {
    const body = JSON.stringify({ level: 'error', service: `round-${round}`, message: `error ${index}` });
    const headers = { authorization: `Bearer ${project.key}`, 'idempotency-key': `${round}-${index}` };
    for (;;) {
      try {
        const { status } = await fetch(`${worker.url}/api/ingest`, { method: 'POST', headers, body });
        if (status === 202) return;
        if (status !== 503) surprises.push(status);
      } catch {
        await sleep(20); // killed meanwhile; nobody knows whether it was written
      }
    }
  }

  const toldOf = (round: number) =>
    received.filter(({ firings }) => firings.some(({ group }) => group === `round-${round}`));

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        const { type, data } = JSON.parse(text) as { type: string; data: { firings: Firing[] } };
        received.push({ webhookId: String(request.headers['webhook-id']), type, firings: data.firings });
        response.end('ok');
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    worker = await startWorkerd();
    const admin = await worker.signIn();
    project = await newProject(admin);
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const destination = (await admin.post(`/api/destinations?project=${project.id}`, {
      ...{ name: 'loopback', kind: 'webhook', url },
    })) as { id: string };
    await admin.post(`/api/alerts/rules?project=${project.id}`, {
      ...{ name: 'Errors', windowSeconds: 3_600, destinationIds: [destination.id] },
      condition: {
        ...{ kind: 'log_count', stream: 'logs', query: 'level:error', groupBy: 'service' },
        ...{ comparison: 'above', threshold: RECORDS / 2 },
      },
    });
    for (let round = 0; round < ROUNDS; round++) {
      const senders = Array.from({ length: SENDERS }, async (_, sender) => {
        for (let i = sender; i < RECORDS; i += SENDERS) await send(round, i);
      });
      await sleep(LONGEST_LIFE_MS * Math.random()); // the moment is the test
      await worker.kill9();
      killed++;
      worker = await startWorkerd({ stateDir: worker.stateDir });
      await Promise.all(senders);
    }
  }, 180_000);

  afterAll(async () => {
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
    await worker.stop();
  });

  it('is survived by all that was sent', () => {
    expect([killed, surprises]).toEqual([ROUNDS, []]);
  });

  it('keeps no firing from its receiver', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await until(`round ${round} is told`, () => toldOf(round).length > 0, 90_000);
    }
  }, 120_000);

  it('tells each firing under one id, and each notice under one webhook-id', async () => {
    const ids = Array.from({ length: ROUNDS }, (_, round) => {
      const told = toldOf(round);
      const firings = told.flatMap(({ firings: all }) => all).filter(({ group }) => group === `round-${round}`);
      expect(told.every(({ type }) => type === 'alert.firing')).toBe(true);
      expect(new Set(told.map(({ webhookId }) => webhookId)).size).toBe(1);
      expect(new Set(firings.map(({ id }) => id)).size).toBe(1);
      return firings[0]?.id ?? '';
    });
    const response = await fetch(`${worker.url}/api/alerts/firings?project=${project.id}`, {
      headers: { authorization: `Bearer ${project.key}` },
    });
    const { items } = (await response.json()) as { items: Firing[] };
    expect(items.map(({ id, state }) => [id, state]).sort()).toEqual(ids.map((id) => [id, 'firing']).sort());
  });
});
