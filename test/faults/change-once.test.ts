/**
 * Changes of the management API with an Idempotency-Key, against a server that is killed at random moments and a network that loses answers.
 * Each change is made once: what a client was told at last is what is there.
 */
import { randomInt } from 'node:crypto';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../bench/lib/records.ts';
import { startFailingProxy } from '../helpers/node/failing-proxy.ts';
import { freePort, until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { newProject } from './project.ts';
import { Target } from './writers.ts';

const SEED = Number(process.env.BREAKWATER_FAULT_SEED ?? randomInt(2 ** 31));
const CLIENTS = 6;
/** People and scripts that manage things are no flood, and there is a rate for them. */
const PAUSE_MS = 50;
const KILLS = 6;
const HANG_UPS = 20;
const LONGEST_LIFE_MS = 1_000;
/** Longer than the lease of a claim whose request died. */
const AFTER_LEASE = { CLOCK_OFFSET_MS: '61000' };

interface Change {
  client: Client;
  /** The Idempotency-Key, and the name of the key that is to be created. */
  name: string;
  /** The last status and code that the client read; null while it has read none. */
  told: string | null;
  /** The id in the answer. */
  id: string | null;
  repeated: boolean;
}

/** Each manages a project of its own, by a key with the scope admin. */
interface Client {
  projectId: string;
  key: string;
}

describe(`changes with an Idempotency-Key, killed ${KILLS} times (seed ${SEED})`, () => {
  let worker: StartedWorkerd;
  let url: string;
  let clients: Client[];
  let close: () => Promise<void>;
  const changes: Change[] = [];

  beforeAll(async () => {
    console.log(`faults: BREAKWATER_FAULT_SEED=${SEED}`);
    const port = await freePort();
    worker = await startWorkerd({ port });
    const admin = await worker.signIn();
    clients = [];
    for (let i = 0; i < CLIENTS; i++) {
      const { id } = await newProject(admin, `managed ${i}`);
      const made = await admin.post(`/api/projects/${id}/keys`, { name: 'manages', scopes: ['admin'] });
      clients.push({ projectId: id, key: (made as { key: string }).key });
    }
    const next = random(SEED);
    const proxy = await startFailingProxy(worker.url, () =>
      next() < 1 / 4 ? (next() < 1 / 2 ? 'lose' : 'twice') : 'pass',
    );
    close = () => proxy.close();
    url = proxy.url;
    const target = new Target();
    target.up(url);
    let stopping = false;
    const runs = clients.map(async (client) => {
      for (let serial = 0; !stopping; serial++) {
        const change: Change = { client, name: `change ${serial}`, told: null, id: null, repeated: false };
        changes.push(change);
        // A claim whose request died says 409 for a minute: such a change is asked for again after the lease, below.
        for (let attempt = 0; attempt < 3 && !isFinal(change); attempt++) {
          await target.url;
          await send(change);
        }
        await sleep(PAUSE_MS);
      }
    });
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(next() * LONGEST_LIFE_MS); // the moment is the test
      target.down();
      await worker.kill9();
      worker = await startWorkerd({ stateDir: worker.stateDir, port });
      target.up(url);
    }
    stopping = true;
    await Promise.all(runs);
    await worker.kill9();
    worker = await startWorkerd({ stateDir: worker.stateDir, port, vars: AFTER_LEASE });
    for (const change of changes.filter((one) => !isFinal(one))) {
      await until(
        `${change.name} has an outcome`,
        async () => {
          await send(change);
          return isFinal(change);
        },
        90_000,
      );
    }
    const repeated = changes.filter((change) => change.repeated).length;
    const unknown = changes.filter(({ told }) => told === '409 idempotency_outcome_unknown').length;
    console.log(`faults: ${changes.length} changes, ${repeated} repeated, ${unknown} of unknown outcome`);
  });

  afterAll(async () => {
    await close();
    await worker.stop();
  });

  async function send(change: Change): Promise<void> {
    const { client, name } = change;
    try {
      const response = await fetch(`${url}/api/projects/${client.projectId}/keys`, {
        method: 'POST',
        headers: { authorization: `Bearer ${client.key}`, 'content-type': 'application/json', 'idempotency-key': name },
        body: JSON.stringify({ name, scopes: ['ingest'] }),
      });
      const body = (await response.json()) as { id?: string; code?: string };
      change.told = `${response.status} ${body.code ?? ''}`.trim();
      change.id = body.id ?? null;
    } catch {
      change.repeated = true; // no answer: once more
    }
  }

  /** Ids of the keys of each name. */
  async function created({ projectId, key }: Client): Promise<Map<string, string[]>> {
    const response = await fetch(`${worker.url}/api/projects/${projectId}/keys`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const { items, nextCursor } = (await response.json()) as {
      items: { id: string; name: string }[];
      nextCursor: string | null;
    };
    expect(nextCursor).toBeNull();
    const byName = new Map<string, string[]>();
    for (const { id, name } of items) byName.set(name, [...(byName.get(name) ?? []), id]);
    return byName;
  }

  it('hits requests in flight', () => {
    expect(changes.filter((change) => change.repeated).length).toBeGreaterThan(KILLS);
  });

  it('tells every client how its change ended', () => {
    const told = new Set(changes.map((change) => change.told));
    expect(told).toContain('201');
    expect([...told].filter((one) => one !== '201' && one !== '409 idempotency_outcome_unknown')).toEqual([]);
  });

  it('makes each change once, and as it was told', async () => {
    const wrong: unknown[] = [];
    for (const client of clients) {
      const byName = await created(client);
      for (const { name, told, id } of changes.filter((change) => change.client === client)) {
        const ids = byName.get(name) ?? [];
        if (ids.length !== 1 || (told === '201' && ids[0] !== id)) wrong.push({ name, told, id, ids });
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('a client that hangs up before it is answered', () => {
  it('finds the answer when it asks again, as if it had waited', async () => {
    const worker = await startWorkerd();
    const admin = await worker.signIn();
    const { id } = await newProject(admin);
    const made = await admin.post(`/api/projects/${id}/keys`, { name: 'manages', scopes: ['admin'] });
    const keysUrl = `${worker.url}/api/projects/${id}/keys`;
    const told: Record<string, number> = {};
    for (let i = 0; i < HANG_UPS; i++) {
      const headers = {
        authorization: `Bearer ${(made as { key: string }).key}`,
        'content-type': 'application/json',
        'idempotency-key': `hang-up ${i}`,
      };
      const body = JSON.stringify({ name: `hang-up ${i}`, scopes: ['ingest'] });
      await hangUp(keysUrl, headers, body, i / 2);
      const outcome = await until(`change ${i} has an outcome`, async () => {
        const response = await fetch(keysUrl, { method: 'POST', headers, body });
        const { code } = (await response.json()) as { code?: string };
        if (code === 'idempotency_key_in_use') return null;
        return `${response.status} ${code ?? (response.headers.get('idempotent-replayed') === 'true' ? 'replayed' : 'run')}`;
      });
      told[outcome] = (told[outcome] ?? 0) + 1;
    }
    await worker.stop();
    console.log(`faults: ${JSON.stringify(told)}`);
    // `run`: it hung up before the server had read the request.
    expect(Object.keys(told).filter((outcome) => outcome !== '201 replayed' && outcome !== '201 run')).toEqual([]);
    expect(told['201 replayed']).toBeGreaterThan(0);
  });
});

/** Sends the whole request and ends the connection `afterMs` later, whatever has come back. */
async function hangUp(url: string, headers: Record<string, string>, body: string, afterMs: number): Promise<void> {
  const request = http.request(url, { method: 'POST', headers: { ...headers, 'content-length': body.length } });
  request.on('error', () => undefined); // its end is what is tried here
  await new Promise<void>((resolve) => request.end(body, resolve));
  await sleep(afterMs); // the moment is the test
  request.destroy();
}

function isFinal({ told }: Change): boolean {
  return told !== null && told !== '409 idempotency_key_in_use' && !/^(429|503) /.test(told);
}
