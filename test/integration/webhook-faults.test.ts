/** A Worker in a process of its own sends over real connections to a receiver that fails in every way there is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminSession } from '../../scripts/start/api.ts';
import type {
  Attempt,
  AttemptOutcome,
  DeliveryDetail,
  DeliveryState,
  Destination,
  DestinationWithSecret,
} from '../../src/wire/delivery.ts';
import { newProject, type Project } from '../faults/project.ts';
import { Destinations } from '../helpers/node/destinations.ts';
import { type FaultName, type FaultReceiver, startFaultReceiver } from '../helpers/node/fault-receiver.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

let worker: StartedWorkerd;
let receiver: FaultReceiver;
let destinations: Destinations;
let admin: AdminSession;
let project: Project;

beforeAll(async () => {
  [worker, receiver] = await Promise.all([startWorkerd(), startFaultReceiver()]);
  admin = await worker.signIn();
  project = await newProject(admin);
  destinations = new Destinations(admin, project.id);
});

afterAll(async () => {
  await worker.stop();
  await receiver.close();
});

const to = (url: string, more: Record<string, unknown> = {}): Promise<DestinationWithSecret> =>
  destinations.create({ url, timeoutMs: 1_000, ...more });

async function attemptAt(url: string): Promise<Attempt> {
  return destinations.test((await to(url)).id);
}

/** A delivery that goes through the queue: a test that failed, replayed. */
async function queued(fault: FaultName): Promise<string> {
  const { id } = await to(receiver.url(fault, 'queued'));
  await destinations.test(id);
  const [delivery] = (await destinations.deliveries()).filter(({ destinationId }) => destinationId === id);
  expect(delivery).toMatchObject({ state: 'dead', type: 'destination.test' });
  expect(await destinations.replay(delivery?.id ?? '')).toEqual({ deliveries: 1 });
  return delivery?.id ?? '';
}

async function delivered(id: string): Promise<DeliveryDetail> {
  return until('it is delivered', async () => {
    const delivery = await destinations.find(id);
    return delivery.state === 'delivered' && delivery;
  });
}

describe('a receiver', () => {
  it('that takes the event verifies it with the standard library, and no other event', async () => {
    const [mine, other] = [await to(receiver.url('ok', 'mine')), await to(receiver.url('ok', 'other'))];
    receiver.verifyWith(mine.secret ?? '', 'ok/mine');
    receiver.verifyWith(mine.secret ?? '', 'ok/other');
    expect(await destinations.test(mine.id)).toMatchObject({
      outcome: 'delivered',
      status: 200,
      response: { body: 'ok' },
    });
    await destinations.test(other.id);
    expect(receiver.of('ok', 'mine').map(({ unverified }) => unverified)).toEqual([null]);
    expect(receiver.of('ok', 'other')[0]?.unverified).toMatch(/No matching signature/);
  });

  it.each<[FaultName, Partial<Attempt>]>([
    ['503', { outcome: 'server_error', status: 503, error: 'answered 503' }],
    ['500', { outcome: 'server_error', status: 500 }],
    ['400', { outcome: 'refused', status: 400 }],
    ['410', { outcome: 'gone', status: 410 }],
    ['429-seconds', { outcome: 'throttled', status: 429 }],
    ['429-date', { outcome: 'throttled', status: 429 }],
    ['slow-headers', { outcome: 'timeout', status: null, response: null, error: 'no answer in time' }],
    ['slow-body', { outcome: 'timeout', status: 200 }],
    ['reset', { outcome: 'connection_failed', status: null, response: null }],
    ['cut-body', { outcome: 'connection_failed', status: 200 }],
    ['wrong-encoding', { outcome: 'connection_failed', status: 200 }],
    ['late', { outcome: 'delivered', status: 200 }],
  ])('%s is told as what it is', async (fault, expected) => {
    expect(await attemptAt(receiver.url(fault))).toMatchObject(expected);
    expect(receiver.of(fault)).toHaveLength(1);
  });

  it('that answers 301 is not followed', async () => {
    const before = receiver.of('ok').length;
    expect(await attemptAt(receiver.url('301'))).toMatchObject({ outcome: 'redirect', status: 301 });
    expect(receiver.of('ok')).toHaveLength(before);
  });

  it('whose TLS fails, or where nobody listens, is a connection that failed', async () => {
    expect(await attemptAt(receiver.tlsErrorUrl)).toMatchObject({ outcome: 'connection_failed', status: null });
    const closed = await startFaultReceiver();
    const url = closed.url('ok');
    await closed.close();
    expect(await attemptAt(url)).toMatchObject({ outcome: 'connection_failed', status: null });
  });

  it.each<FaultName>(['huge-body', 'bomb'])('with a %s costs 16 KiB', async (fault) => {
    const attempt = await attemptAt(receiver.url(fault));
    expect(attempt).toMatchObject({ outcome: 'delivered', response: { truncated: true } });
    expect(attempt.response?.body.length).toBe(16 * 1024);
  });

  it('that answers with what is no text is shown as text that is safe', async () => {
    const { response } = await attemptAt(receiver.url('wrong-content'));
    expect(response?.body).toBe('\ufffd\ufffdA\ufffd[2J\ufffdB');
  });
});

describe('a delivery', () => {
  it('to a receiver that flaps arrives by its retries', async () => {
    const detail = await delivered(await queued('flapping'));
    expect(detail.log.map(({ status }) => status)).toEqual([503, 200]);
  });

  it.each<FaultName>(['429-seconds', '429-date'])('waits as %s asks, and arrives then', async (fault) => {
    const id = await queued(fault);
    await delivered(id);
    const arrivals = receiver.of(fault, 'queued').filter((one) => one.id === id);
    expect(arrivals).toHaveLength(3);
    expect((arrivals[2]?.atMs ?? 0) - (arrivals[1]?.atMs ?? 0)).toBeGreaterThanOrEqual(2_000);
    expect(new Set(arrivals.map(({ body }) => body)).size).toBe(1);
    expect(Number(arrivals[2]?.timestamp)).toBeGreaterThan(Number(arrivals[1]?.timestamp));
  });
});

/** What becomes of a notice whose receiver goes on like that. */
interface Fate {
  state: DeliveryState;
  attempts: number;
  lastOutcome: AttemptOutcome;
  /** Of the wait that it has before it, about. */
  waitMs?: number;
  disabledReason?: 'gone';
}

const MINUTE_MS = 60_000;
const delivers = (attempts: number): Fate => ({ state: 'delivered', attempts, lastOutcome: 'delivered' });
const isDead = (lastOutcome: AttemptOutcome): Fate => ({ state: 'dead', attempts: 1, lastOutcome });
/** After the first and the four quick ones. */
const waits = (lastOutcome: AttemptOutcome): Fate => ({
  ...{ state: 'queued', attempts: 5, lastOutcome, waitMs: MINUTE_MS },
});
const FATES: [FaultName | 'tls-error', Fate][] = [
  ['ok', delivers(1)],
  ['huge-body', delivers(1)],
  ['wrong-content', delivers(1)],
  ['flapping', delivers(2)],
  ['503', waits('server_error')],
  ['reset', waits('connection_failed')],
  ['cut-body', waits('connection_failed')],
  ['wrong-encoding', waits('connection_failed')],
  ['tls-error', waits('connection_failed')],
  ['slow-headers', waits('timeout')],
  ['slow-body', waits('timeout')],
  ['301', { state: 'queued', attempts: 1, lastOutcome: 'redirect', waitMs: MINUTE_MS }],
  ['400', isDead('refused')],
  ['410', { ...isDead('gone'), disabledReason: 'gone' }],
  // At the end, because they take longest: what waits for a minute is to be seen before it is over.
  ['429-seconds', delivers(3)],
  ['429-date', delivers(3)],
];

describe('a notice of one firing', () => {
  const made = new Map<string, string>();

  beforeAll(async () => {
    for (const [fault] of FATES) {
      const url = fault === 'tls-error' ? receiver.tlsErrorUrl : receiver.url(fault, 'fired');
      made.set(fault, (await to(url, { name: fault })).id);
    }
    await admin.post(`/api/alerts/rules?project=${project.id}`, {
      ...{ name: 'Alarm', windowSeconds: 3_600, destinationIds: [...made.values()] },
      condition: {
        kind: 'log_count',
        stream: 'logs',
        query: 'alarm',
        comparison: 'above',
        threshold: 0,
        groupBy: null,
      },
    });
    const headers = { authorization: `Bearer ${project.key}`, 'content-type': 'application/json' };
    const sent = await fetch(`${worker.url}/api/ingest`, { method: 'POST', headers, body: '{"message":"alarm"}' });
    expect(sent.status).toBe(202);
  });

  it.each(FATES)('to a receiver with %s is %j', async (fault, { state, attempts, lastOutcome, waitMs, ...rest }) => {
    const destinationId = made.get(fault) ?? '';
    const delivery = await until('it has come to rest', async () => {
      const [one, ...others] = (await destinations.deliveries()).filter((each) => each.destinationId === destinationId);
      expect(others).toEqual([]);
      return one?.state === state && one.attempts >= attempts && one;
    });
    expect(delivery).toMatchObject({ type: 'alert.firing', attempts, lastOutcome });
    if (fault !== 'tls-error') {
      const arrivals = receiver.of(fault, 'fired');
      expect(arrivals.map(({ id }) => id)).toEqual(Array(attempts).fill(delivery.id));
      expect(new Set(arrivals.map(({ body }) => body)).size).toBe(1);
    }
    const waited = (delivery.nextAttemptAtMs ?? 0) - (delivery.lastAttemptAtMs ?? 0);
    if (waitMs === undefined) expect(delivery.nextAttemptAtMs).toBeNull();
    else expect([waited >= waitMs / 2, waited <= waitMs * 1.5 + 2_000]).toEqual([true, true]);
    const { disabledReason } = (await admin.get(
      `/api/destinations/${destinationId}?project=${project.id}`,
    )) as Destination;
    expect(disabledReason).toBe(rest.disabledReason ?? null);
  });
});
