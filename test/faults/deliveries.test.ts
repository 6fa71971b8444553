/**
 * The power switch under a storm of deliveries: everything dies at random moments, between the taking in of an event, its attempt, and the answer of a
 * receiver that is late, flaps and cuts connections. Each event that was taken in arrives at least once, under one id.
 *
 * A storm is made of replays: what failed as a test goes through the queue as any event does, and its acknowledgement says that it is durable.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/wire/delivery.ts';
import { Destinations } from '../helpers/node/destinations.ts';
import { type FaultName, type FaultReceiver, startFaultReceiver } from '../helpers/node/fault-receiver.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { newProject } from './project.ts';

const ROUNDS = Number(process.env.BREAKWATER_FAULT_ROUNDS ?? 3);
const EVENTS_PER_DESTINATION = 30;
/** Of arrivals, in one life. A slow machine lives longer, and dies as often in the middle. */
const LONGEST_LIFE_ARRIVALS = 25;
const PLACES: readonly FaultName[] = ['late', 'flapping', 'cut-body'];
/** The breaker has tests of its own; here it would only make the storm wait for its probes. */
const BREAKER = { openAbove: 1, closeBelow: 0.5, slowOpenAbove: 1 };
/** Retries that are a minute away are due, and signatures are not yet too new for who verifies them (5 minutes). */
const LATER = { CLOCK_OFFSET_MS: '240000' };

describe(`SIGKILL to everything under deliveries, ${ROUNDS} times`, () => {
  let worker: StartedWorkerd;
  let receiver: FaultReceiver;
  let made: Delivery[];
  let projectId: string;
  /** Replays that were answered. */
  const acknowledged = new Set<string>();
  let repeated = 0;
  let left: Delivery[] = [];
  let lost = 0;

  const open = async () => new Destinations(await worker.signIn(), projectId);

  /** Until it is acknowledged, over any number of kills. Whoever repeats may be told of one that is under way or has arrived: it goes again. */
  async function replayed(id: string, destinations: () => Promise<Destinations>): Promise<void> {
    for (let tries = 0; !acknowledged.has(id); tries++) {
      if (tries === 1) repeated++;
      try {
        await (await destinations()).replay(id);
        acknowledged.add(id);
      } catch {
        await sleep(50); // killed meanwhile; nobody knows whether it was written
      }
    }
  }

  beforeAll(async () => {
    [worker, receiver] = await Promise.all([startWorkerd(), startFaultReceiver()]);
    const admin = await worker.signIn();
    projectId = (await newProject(admin)).id;
    let current = new Destinations(admin, projectId);
    for (const place of PLACES) receiver.behave(place, '503');
    for (const place of PLACES) {
      const body = { url: receiver.url(place), timeoutMs: 1_000, maxPerSecond: 1_000, breaker: BREAKER };
      const { id, secret } = await current.create(body);
      receiver.verifyWith(secret ?? '', place);
      await Promise.all(Array.from({ length: EVENTS_PER_DESTINATION }, () => current.test(id)));
    }
    made = await current.deliveries();
    receiver.arrivals.length = 0;
    for (const place of PLACES) receiver.behave(place, place);
    const queue = made.map(({ id }) => id);
    const senders = Array.from({ length: 6 }, async () => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        await replayed(id, async () => current);
        await sleep(20); // spread over the lives of the process
      }
    });
    for (let round = 0; round < ROUNDS; round++) {
      const enough = receiver.arrivals.length + 5 + Math.random() * LONGEST_LIFE_ARRIVALS;
      await until('the storm is under way', () => receiver.arrivals.length >= enough);
      await sleep(60 * Math.random()); // the moment is the test
      await worker.kill9();
      worker = await startWorkerd({ stateDir: worker.stateDir });
      current = await open();
    }
    await Promise.all(senders);
    // What fails once more when the budget of quick retries is spent would wait for minutes.
    for (const place of PLACES) receiver.behave(place, 'ok');
    await worker.kill9();
    worker = await startWorkerd({ stateDir: worker.stateDir, vars: LATER });
    current = await open();
    await until('nothing waits any more', async () => {
      left = (await current.deliveries()).filter(({ state }) => state !== 'delivered');
      return left.length === 0;
    });
    const logs = await Promise.all(made.map(({ id }) => current.find(id)));
    lost = logs.flatMap(({ log }) => log).filter(({ outcome }) => outcome === 'lost').length;
    console.log(
      `faults: ${made.length} deliveries, ${receiver.arrivals.length} arrivals, ${repeated} repeated, ${lost} attempts lost`,
    );
  }, 300_000);

  afterAll(async () => {
    await worker.stop();
    await receiver.close();
  });

  it('hits attempts that are under way, which are shown as lost', () => {
    expect(made).toHaveLength(PLACES.length * EVENTS_PER_DESTINATION);
    expect(acknowledged.size).toBe(made.length);
    expect(lost).toBeGreaterThan(0);
  });

  it('leaves each event delivered at least once, and none that vanished', () => {
    const arrived = new Set(receiver.arrivals.map(({ id }) => id));
    expect([...acknowledged].filter((id) => !arrived.has(id))).toEqual([]);
    expect(left).toEqual([]);
  });

  it('signs each so that the standard library verifies it', () => {
    expect(receiver.arrivals.flatMap(({ unverified }) => unverified ?? [])).toEqual([]);
  });

  it('sends under no other id, and each time the same', () => {
    expect([...new Set(receiver.arrivals.map(({ id }) => id))].sort()).toEqual(made.map(({ id }) => id).sort());
    const bodies = Map.groupBy(receiver.arrivals, ({ id }) => id);
    for (const arrivals of bodies.values()) expect(new Set(arrivals.map(({ body }) => body)).size).toBe(1);
  });
});
