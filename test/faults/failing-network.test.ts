/**
 * A network that does to requests what networks do, between ten senders and the server: 429 and 503 on the way, connections that end before or
 * after the server has answered, requests that arrive twice. In the middle of it everything is killed. The senders have an Idempotency-Key for
 * each batch and repeat it until it is acknowledged, so what is stored is what was sent, once.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../bench/lib/records.ts';
import { type FailingProxy, type Mishap, startFailingProxy } from '../helpers/node/failing-proxy.ts';
import { freePort, until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { exportRecords, newProject, type Project, readLedger } from './project.ts';
import { imbalanceOf, wrongWith } from './verdict.ts';
import { type Load, startWriters, Target } from './writers.ts';

const SEED = Number(process.env.BREAKWATER_FAULT_SEED ?? randomInt(2 ** 31));
const SENDERS_PER_KEY = 5;
const REQUESTS_PER_LIFE = 400;
const LIVES = 3;
const MISHAPS: readonly Mishap[] = [
  ...(['cut', 'lose', 'twice'] as const),
  { status: 429, headers: { 'retry-after': '0' } },
  { status: 503, headers: { 'retry-after': '0' } },
];

describe(`ten senders behind a failing network, killed ${LIVES - 1} times (seed ${SEED})`, () => {
  let worker: StartedWorkerd;
  let project: Project;
  let proxy: FailingProxy;
  let loads: Load[];
  let keyIds: string[];

  beforeAll(async () => {
    console.log(`faults: BREAKWATER_FAULT_SEED=${SEED}`);
    const port = await freePort();
    worker = await startWorkerd({ port });
    const admin = await worker.signIn();
    project = await newProject(admin);
    const other = (await admin.post(`/api/projects/${project.id}/keys`, { name: 'b', scopes: ['ingest'] })) as {
      id: string;
      key: string;
    };
    keyIds = [project.keyId, other.id];
    const next = random(SEED);
    const plan = (): Mishap => (next() < 1 / 2 ? 'pass' : (MISHAPS[Math.floor(next() * MISHAPS.length)] as Mishap));
    proxy = await startFailingProxy(worker.url, plan);
    const target = new Target();
    target.up(proxy.url);
    loads = [project.key, other.key].map((key, at) =>
      startWriters({
        target,
        key,
        writers: SENDERS_PER_KEY,
        seed: SEED + 100 * at,
        kinds: ['keyed'],
        name: 'ab'[at] ?? '',
      }),
    );
    for (let life = 1; life <= LIVES; life++) {
      const before = requestsOf(proxy);
      await until('the network has carried its share', () => requestsOf(proxy) >= before + REQUESTS_PER_LIFE, 120_000);
      if (life === LIVES) break;
      target.down();
      await worker.kill9();
      worker = await startWorkerd({ stateDir: worker.stateDir, port });
      target.up(proxy.url);
    }
    await Promise.all(loads.map((load) => load.stop()));
    console.log(`faults: ${JSON.stringify(proxy.counts)}`);
  });

  afterAll(async () => {
    await proxy.close();
    await worker.stop();
  });

  const batches = () => loads.flatMap((load) => load.batches);
  const sizeOf = (load: Load) => load.batches.reduce((total, { size }) => total + size, 0);

  it('has seen everything that a network does, and requests in flight at each death', () => {
    expect(Object.keys(proxy.counts).sort()).toEqual(['429', '503', 'cut', 'lose', 'pass', 'twice']);
    expect(batches().filter(({ repeated }) => repeated).length).toBeGreaterThan(REQUESTS_PER_LIFE / 4);
  });

  it('gives each sender the first answer to its batch, however often it came', () => {
    expect(loads.flatMap(({ surprises }) => surprises)).toEqual([]);
    expect(batches().filter(({ acknowledged }) => !acknowledged)).toEqual([]);
  });

  it('stores what was sent, once', async () => {
    const exported = await exportRecords(worker, project);
    expect(wrongWith(exported, batches())).toEqual([]);
    expect(exported.length).toBe(loads.reduce((total, load) => total + sizeOf(load), 0));
  });

  it('leaves a ledger that balances, for each key', async () => {
    const ledger = await readLedger(worker, project);
    expect(imbalanceOf(ledger, await exportRecords(worker, project), batches())).toEqual([]);
    const stored = keyIds.map((id) => ledger.keys.find(({ keyId }) => keyId === id)?.stored);
    expect(stored).toEqual(loads.map(sizeOf));
  });
});

function requestsOf({ counts }: FailingProxy): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
