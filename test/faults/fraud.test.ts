/** The power switch under fraud events: what was answered is in the history and, once, in the records, whatever died between the object and the journal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { exportRecords, newProject, type Project, readLedger } from './project.ts';

const ROUNDS = Number(process.env.BREAKWATER_FAULT_ROUNDS ?? 3);
const SENDERS = 6;
const LONGEST_LIFE_MS = 1_500;

describe(`SIGKILL to everything under fraud events, ${ROUNDS} times`, () => {
  let worker: StartedWorkerd;
  let project: Project;
  let url = '';
  let stopped = false;
  let repeated = 0;
  /** By the sender's own number. */
  const acknowledged = new Map<string, string>();
  const surprises: string[] = [];

  async function send(key: string): Promise<void> {
    const body = JSON.stringify({ userId: `user-${key.split('-')[0]}`, eventType: 'payment', metadata: { key } });
    const headers = {
      authorization: `Bearer ${project.key}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    };
    for (let tries = 0; !acknowledged.has(key); tries++) {
      if (tries === 1) repeated++;
      try {
        const response = await fetch(`${url}/api/fraud/event`, { method: 'POST', headers, body });
        const answer = (await response.json()) as { eventId: string; code?: string };
        if (response.status === 200) acknowledged.set(key, answer.eventId);
        else if (response.status !== 503) surprises.push(`${response.status} ${answer.code}`);
      } catch {
        await sleep(50); // killed meanwhile; nobody knows whether it was written
      }
    }
  }

  beforeAll(async () => {
    worker = await startWorkerd();
    url = worker.url;
    project = await newProject(await worker.signIn());
    const senders = Array.from({ length: SENDERS }, async (_, sender) => {
      for (let i = 0; !stopped; i++) await send(`${sender}-${i}`);
    });
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(LONGEST_LIFE_MS * (0.3 + 0.7 * Math.random())); // the moment is the test
      await worker.kill9();
      worker = await startWorkerd({ stateDir: worker.stateDir });
      url = worker.url;
    }
    stopped = true;
    await Promise.all(senders);
  }, 120_000);

  afterAll(async () => {
    await worker.stop();
  });

  it('hits events in flight, and gives no answer that the status policy does not know', () => {
    expect(repeated).toBeGreaterThan(0);
    expect(acknowledged.size).toBeGreaterThan(SENDERS * ROUNDS);
    expect(surprises).toEqual([]);
  });

  it('leaves every acknowledged event in the history, once for each key', async () => {
    const keys: string[] = [];
    const ids: string[] = [];
    let cursor = '';
    do {
      const response = await fetch(`${url}/api/fraud/events?limit=200${cursor}`, {
        headers: { authorization: `Bearer ${project.key}` },
      });
      const page = (await response.json()) as {
        items: { id: string; metadata: { key: string } }[];
        nextCursor: string | null;
      };
      keys.push(...page.items.map(({ metadata }) => metadata.key));
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.sort()).toEqual([...acknowledged.keys()].sort());
    expect(ids.sort()).toEqual([...acknowledged.values()].sort());
  });

  it('leaves each in the records once, and a ledger that balances', async () => {
    const read = async () => (await exportRecords(worker, project)).filter(({ stream }) => stream === 'fraud');
    await until('the outbox is empty', async () => (await read()).length >= acknowledged.size);
    expect((await read()).map(({ id }) => id).sort()).toEqual([...acknowledged.values()].sort());
    const ledger = await readLedger(worker, project);
    expect(ledger.received).toBe(ledger.stored + ledger.duplicate + ledger.rejected);
    expect(ledger.stored).toBe(acknowledged.size);
  }, 60_000);
});
