/**
 * The power switch: everything dies at a random moment under load, again and again. Each run has a seed of its own, printed;
 * BREAKWATER_FAULT_SEED repeats its batches and its moments (not the interleaving, which is the machine's), BREAKWATER_FAULT_ROUNDS
 * makes it longer.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../bench/lib/records.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { exportRecords, newProject, type Project, readLedger } from './project.ts';
import { type Subscriber, startPublishers, startSubscriber } from './sockets.ts';
import { readStored } from './stored-records.ts';
import { imbalanceOf, missedBy, wrongWith } from './verdict.ts';
import { type Batch, startWriters, Target } from './writers.ts';

const SEED = Number(process.env.BREAKWATER_FAULT_SEED ?? randomInt(2 ** 31));
const ROUNDS = Number(process.env.BREAKWATER_FAULT_ROUNDS ?? 20);
const WRITERS = 6;
const PUBLISHERS = 2;
const COMPACTION = '/cdn-cgi/local/scheduled?cron=*%2F5+*+*+*+*';
/** A block fills in a third of a second here: each life sees some sealing. */
const LONGEST_LIFE_MS = 1_200;
/** Two shards: repeats must meet in the right one, and their seals interleave in one database. */
const VARS = { JOURNAL_SHARDS: '2' };
/** Older than a tail may get before it is sealed. */
const LATER = { ...VARS, CLOCK_OFFSET_MS: '120000' };

describe(`SIGKILL to everything, ${ROUNDS} times (seed ${SEED})`, () => {
  let worker: StartedWorkerd;
  let project: Project;
  let batches: Batch[];
  let surprises: string[];
  let subscriber: Subscriber;

  beforeAll(async () => {
    console.log(`faults: BREAKWATER_FAULT_SEED=${SEED}`);
    worker = await startWorkerd({ vars: VARS });
    project = await newProject(await worker.signIn());
    const target = new Target();
    target.up(worker.url);
    subscriber = await startSubscriber(target, project);
    const writers = startWriters({ target, key: project.key, writers: WRITERS, seed: SEED });
    const publishers = startPublishers({ target, project, publishers: PUBLISHERS, seed: SEED });
    const next = random(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      const lifeMs = next() * LONGEST_LIFE_MS;
      if (next() < 1 / 3) void compact(worker.url);
      await sleep(lifeMs); // the moment is the test
      target.down();
      await worker.kill9();
      worker = await startWorkerd({ stateDir: worker.stateDir, vars: VARS });
      target.up(worker.url);
    }
    await Promise.all([writers.stop(), publishers.stop()]);
    batches = [...writers.batches, ...publishers.batches];
    surprises = [...writers.surprises, ...publishers.surprises];
    const { sealed, tail } = readStored(worker.stateDir, project.id);
    const repeated = batches.filter((batch) => batch.repeated).length;
    console.log(`faults: ${batches.length} batches, ${repeated} repeated, ${sealed.length} + ${tail.length} records`);
  }, 600_000);

  afterAll(async () => {
    subscriber.stop();
    await worker.stop();
  });

  it('hits requests in flight', () => {
    expect(batches.filter((batch) => batch.repeated).length).toBeGreaterThan(ROUNDS / 2);
    const unanswered = batches.filter((batch) => !batch.acknowledged).map(({ kind }) => kind);
    expect([...new Set(unanswered)].sort()).toEqual(['bare', 'bare frame']);
  });

  it('gives no client an answer that the status policy does not know', () => {
    expect(surprises).toEqual([]);
  });

  it('leaves every acknowledged record once, sealed or not, and no part of a batch', () => {
    const { sealed, tail, faults } = readStored(worker.stateDir, project.id);
    expect(sealed.length).toBeGreaterThan(0);
    expect(tail.length).toBeGreaterThan(0);
    expect(faults).toEqual([]);
    expect(wrongWith([...sealed, ...tail], batches)).toEqual([]);
  });

  it('leaves a ledger that balances, and counts what is there', async () => {
    const { sealed, tail } = readStored(worker.stateDir, project.id);
    const [ledger, exported] = [await readLedger(worker, project), await exportRecords(worker, project)];
    expect(imbalanceOf(ledger, exported, batches)).toEqual([]);
    expect(ledger.stored).toBe(sealed.length + tail.length);
  });

  it('gives a subscriber that resumes each record once', async () => {
    const { sealed, tail } = readStored(worker.stateDir, project.id);
    const all = [...sealed, ...tail];
    const isComplete = () => subscriber.records.length + subscriber.dropped >= all.length;
    // What it lacks says more than that it took too long.
    await until('the subscriber has all', isComplete).catch(() => undefined);
    expect(missedBy(subscriber, all)).toEqual([]);
    expect(subscriber.resumed).toBeGreaterThanOrEqual(ROUNDS / 2);
  });

  it('seals what was left, once', async () => {
    await worker.kill9();
    worker = await startWorkerd({ stateDir: worker.stateDir, vars: LATER });
    await until('the tail is sealed', async () => (await readLedger(worker, project)).journal.backlogRecords === 0);
    const { sealed, tail, faults } = readStored(worker.stateDir, project.id);
    expect([tail, faults]).toEqual([[], []]);
    expect(wrongWith(sealed, batches)).toEqual([]);
    const [ledger, exported] = [await readLedger(worker, project), await exportRecords(worker, project)];
    expect(ledger.stored).toBe(sealed.length);
    expect(imbalanceOf(ledger, exported, batches)).toEqual([]);
  });
});

/** Asks for compaction and does not wait: the kill may come in the middle of it. */
async function compact(url: string): Promise<void> {
  try {
    await fetch(url + COMPACTION);
  } catch {
    // killed meanwhile, as intended
  }
}
