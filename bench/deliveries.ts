/**
 * How soon an event that was fired is at its receiver: at rest, and at 500 a second over 50 destinations of which one hangs; and how a receiver that was
 * away is served when it is back.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type DeliveryTarget, startDeliveryTarget } from './lib/delivery-target.ts';
import { median, quantile, type Row } from './lib/row.ts';
import { startTarget } from './lib/target.ts';
import { startWebhookReceiver, type WebhookReceiver } from './lib/webhook-receiver.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const LOAD_MS = Number(process.env.BENCH_DELIVERIES_MS ?? 20_000);
const WARM_UP_MS = 3_000;
const DESTINATIONS = 50;
const PER_SECOND = 500;
const TICK_MS = 20;
const AT_REST = 200;
/** Groups of a rule: as many as one tells apart (MAX_GROUPS), less what is spare. */
const FIRINGS = 90;
/** Far above its share of the load: what is measured is the way, and not the pace. */
const MAX_PER_SECOND = 1_000;
/** Of the receiver that was away, and its backlog. */
const DRAIN_PER_SECOND = 50;
const BACKLOG = 600;

export async function run(): Promise<Row[]> {
  const rows = [await fromRecord(), await atRest(), await underLoad(), await recovery()];
  return rows.flat();
}

interface Bench {
  target: DeliveryTarget;
  receiver: WebhookReceiver;
  fire(destinationIds: readonly string[]): Promise<void>;
}

async function withTarget<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
  const receiver = await startWebhookReceiver((body) => Number((JSON.parse(body) as { data: { at: number } }).data.at));
  const target = await startDeliveryTarget();
  let fired = 0;
  try {
    return await work({
      ...{ target, receiver },
      fire: (destinationIds) =>
        target.enqueue(
          destinationIds.map((destinationId) => {
            const id = `evt_${fired++}`;
            const event = { id, type: 'alert.firing', projectId: 'prj_bench', subject: `frg_${id}` };
            return { destinationId, event: { ...event, createdAtMs: Date.now(), data: { at: performance.now() } } };
          }),
        ),
    });
  } finally {
    await target.stop();
    await receiver.stop();
  }
}

const idOf = (i: number) => `dst_${i}`;
const pathOf = (destinationId: string) => `/hooks/${destinationId}`;

async function makeDestinations({ target, receiver }: Bench, count: number, maxPerSecond: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, i) => idOf(i));
  for (const id of ids) await target.configure(id, receiver.url + pathOf(id), maxPerSecond);
  return ids;
}

async function untilReceived({ receiver }: Pick<Bench, 'receiver'>, count: number, limitMs: number): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (receiver.received.length < count) {
    if (performance.now() > endMs) throw new Error(`${receiver.received.length} of ${count} events arrived`);
    await sleep(5);
  }
}

const latenciesOf = (received: WebhookReceiver['received']) => received.map(({ atMs, firedAtMs }) => atMs - firedAtMs);
const times = (latenciesMs: readonly number[]) =>
  `p50 ${quantile(latenciesMs, 0.5).toFixed(1)} ms, p95 ${quantile(latenciesMs, 0.95).toFixed(1)} ms`;

/** Through the whole product: a record is sent, a rule that counts it fires, its destination is told. One after the other, each a firing of its own. */
async function fromRecord(): Promise<Row> {
  const sentAtMs = new Map<string, number>();
  const receiver = await startWebhookReceiver((body) => {
    const { data } = JSON.parse(body) as { data: { firings: { group: string }[] } };
    return sentAtMs.get(data.firings[0]?.group ?? '') ?? Number.NaN;
  });
  const { worker, projectId, key } = await startTarget();
  try {
    const admin = await worker.signIn();
    const of = `?project=${projectId}`;
    const destination = { name: 'Bench', url: `${receiver.url}/hook`, maxPerSecond: 100 };
    const { id } = (await admin.post(`/api/destinations${of}`, destination)) as { id: string };
    const condition = { kind: 'log_count', stream: 'logs', query: 'fire', comparison: 'above', threshold: 0 };
    await admin.post(`/api/alerts/rules${of}`, {
      ...{ name: 'Bench', condition: { ...condition, groupBy: 'service' }, windowSeconds: 600, destinationIds: [id] },
    });
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    for (let i = 0; i < FIRINGS; i++) {
      const service = `service-${i}`;
      sentAtMs.set(service, performance.now());
      const body = JSON.stringify({ message: 'fire', service });
      const answer = await fetch(`${worker.url}/api/ingest`, { method: 'POST', headers, body });
      if (answer.status !== 202) throw new Error(`ingest answers ${answer.status}`);
      await untilReceived({ receiver }, i + 1, 70_000);
    }
    const latenciesMs = latenciesOf(receiver.received);
    if (latenciesMs.some(Number.isNaN)) throw new Error('a notice is of another group than the one that was sent');
    return {
      what: `record sent until the webhook of the rule that it fires is received, at rest, ${FIRINGS} one after the other`,
      ...{ reach: 'p95 <= 500 ms', ours: times(latenciesMs), peers: {} },
    };
  } finally {
    await worker.stop();
    await receiver.stop();
  }
}

/** One event after the other, each when the one before has arrived. */
async function atRest(): Promise<Row> {
  const latenciesMs = await withTarget(async (bench) => {
    const ids = await makeDestinations(bench, 1, MAX_PER_SECOND);
    for (let i = 1; i <= AT_REST; i++) {
      await bench.fire(ids);
      await untilReceived(bench, i, 10_000);
    }
    return latenciesOf(bench.receiver.received).slice(20);
  });
  return {
    what: `event given to a destination until its webhook is received, at rest, ${AT_REST} one after the other`,
    ...{ reach: 'p95 <= 500 ms', ours: times(latenciesMs), peers: {} },
  };
}

/** Latencies of the destinations that are well. */
async function loadOnce(hanging: boolean): Promise<{ latenciesMs: number[]; perSecond: number }> {
  return withTarget(async (bench) => {
    const ids = await makeDestinations(bench, DESTINATIONS, MAX_PER_SECOND);
    const [sick = ''] = ids;
    if (hanging) bench.receiver.answers.set(pathOf(sick), 'hang');
    const perTick = (PER_SECOND * TICK_MS) / 1_000;
    const startedMs = performance.now();
    const sends: Promise<void>[] = [];
    let next = 0;
    for (let tick = 0; tick * TICK_MS < WARM_UP_MS + LOAD_MS; tick++) {
      await sleep(Math.max(0, startedMs + tick * TICK_MS - performance.now()));
      const those = Array.from({ length: perTick }, () => ids[next++ % ids.length] ?? '');
      sends.push(bench.fire(those));
    }
    await Promise.all(sends);
    const wellFired = next - (hanging ? Math.ceil(next / ids.length) : 0);
    // On a machine that is slower than the load all of it comes late, which is a figure and no fault.
    await untilReceived(bench, wellFired, 10 * 60_000);
    const measured = bench.receiver.received.filter(
      ({ path, firedAtMs }) => path !== pathOf(sick) && firedAtMs >= startedMs + WARM_UP_MS,
    );
    const lastMs = Math.max(...measured.map(({ atMs }) => atMs));
    return {
      latenciesMs: latenciesOf(measured),
      perSecond: (measured.length / (lastMs - startedMs - WARM_UP_MS)) * 1_000,
    };
  });
}

/** Each run with one that hangs beside a run without it, one after the other, so that both have the same machine. */
async function underLoad(): Promise<Row[]> {
  const [without, withOne]: { latenciesMs: number[]; perSecond: number }[][] = [[], []];
  for (let i = 0; i < RUNS; i++) {
    without?.push(await loadOnce(false));
    withOne?.push(await loadOnce(true));
  }
  const p95 = (runs: typeof without = []) => median(runs.map(({ latenciesMs }) => quantile(latenciesMs, 0.95)));
  const p50 = (runs: typeof without = []) => median(runs.map(({ latenciesMs }) => quantile(latenciesMs, 0.5)));
  const rate = (runs: typeof without = []) => median(runs.map(({ perSecond }) => perSecond)).toFixed(0);
  const figure = (runs: typeof without) =>
    `p50 ${p50(runs).toFixed(1)} ms, p95 ${p95(runs).toFixed(1)} ms at ${rate(runs)}/s`;
  return [
    {
      what: `the same at ${PER_SECOND}/s over ${DESTINATIONS} destinations, one hanging: the ${DESTINATIONS - 1} that are well, ${LOAD_MS / 1_000} s`,
      reach: 'p95 <= 2 s',
      ours: figure(withOne),
      peers: { 'without one that hangs': figure(without) },
    },
    {
      what: 'how much slower the healthy ones are for the one that hangs, p95',
      ...{ reach: '<= 1.2 times', ours: `${(p95(withOne) / p95(without)).toFixed(2)} times`, peers: {} },
    },
  ];
}

/** A receiver fails until its breaker is open and a backlog waits; then it is well. */
async function recovery(): Promise<Row[]> {
  const runs: { closedMs: number; drainedMs: number; mostInASecond: number; early: number }[] = [];
  for (let i = 0; i < RUNS; i++) {
    runs.push(
      await withTarget(async (bench) => {
        const ids = await makeDestinations(bench, 1, DRAIN_PER_SECOND);
        const [id = ''] = ids;
        const { target, receiver } = bench;
        receiver.answers.set(pathOf(id), 503);
        for (let n = 0; n < BACKLOG; n++) await bench.fire(ids);
        await until(async () => (await target.health(id)).breaker.state === 'OPEN', 30_000);
        receiver.answers.delete(pathOf(id));
        const wellMs = performance.now();
        await until(async () => (await target.health(id)).breaker.state === 'CLOSED', 60_000);
        const closedMs = performance.now() - wellMs;
        // All events are there, in time for the slowest ladder of retries.
        await untilReceived(bench, BACKLOG, 15 * 60_000);
        const arrivals = receiver.received.map(({ atMs }) => atMs);
        return {
          ...{ closedMs, drainedMs: Math.max(...arrivals) - wellMs, mostInASecond: mostInASecond(arrivals) },
          early: arrivals.filter((atMs) => atMs < wellMs + closedMs).length,
        };
      }),
    );
  }
  const of = (pick: (one: (typeof runs)[number]) => number) => median(runs.map(pick));
  return [
    {
      what: 'a receiver is well again: until its breaker is closed',
      ...{ reach: '<= 35 s', ours: `${(of(({ closedMs }) => closedMs) / 1_000).toFixed(1)} s`, peers: {} },
    },
    {
      what: `its backlog of ${BACKLOG} at ${DRAIN_PER_SECOND}/s: the most that it got in any second; until all was there`,
      reach: `<= ${DRAIN_PER_SECOND}/s`,
      ours: `${Math.max(...runs.map((one) => one.mostInASecond))}/s; ${(of(({ drainedMs }) => drainedMs) / 1_000).toFixed(1)} s`,
      peers: {},
    },
  ];
}

/** In a window of one second that begins with any arrival. The network's own jitter of some milliseconds can put one more into it. */
function mostInASecond(arrivalsMs: readonly number[]): number {
  const sorted = [...arrivalsMs].sort((a, b) => a - b);
  let [most, first] = [0, 0];
  for (let last = 0; last < sorted.length; last++) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= 1_000) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

async function until(holds: () => Promise<boolean>, limitMs: number): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error('the breaker does not get there');
    await sleep(100);
  }
}
