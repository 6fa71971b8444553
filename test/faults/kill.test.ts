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
import { newProject, type Project, readLedger } from './project.ts';
import { readStored } from './stored-records.ts';
import { wrongWith } from './verdict.ts';
import { type Load, startWriters, Target } from './writers.ts';

const SEED = Number(process.env.BREAKWATER_FAULT_SEED ?? randomInt(2 ** 31));
const ROUNDS = Number(process.env.BREAKWATER_FAULT_ROUNDS ?? 20);
const WRITERS = 6;
/** A block fills in a third of a second here: each life sees some sealing. */
const LONGEST_LIFE_MS = 1_200;
/** Two shards: repeats must meet in the right one, and their seals interleave in one database. */
const VARS = { JOURNAL_SHARDS: '2' };
/** Older than a tail may get before it is sealed. */
const LATER = { ...VARS, CLOCK_OFFSET_MS: '120000' };

describe(`SIGKILL to everything, ${ROUNDS} times (seed ${SEED})`, () => {
  let worker: StartedWorkerd;
  let project: Project;
  let load: Load;

  beforeAll(async () => {
    console.log(`faults: BREAKWATER_FAULT_SEED=${SEED}`);
    worker = await startWorkerd({ vars: VARS });
    project = await newProject(worker);
    const target = new Target();
    target.up(worker.url);
    load = startWriters({ target, key: project.key, writers: WRITERS, seed: SEED });
    const next = random(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(next() * LONGEST_LIFE_MS); // the moment is the test
      target.down();
      await worker.kill9();
      worker = await startWorkerd({ stateDir: worker.stateDir, vars: VARS });
      target.up(worker.url);
    }
    await load.stop();
  }, 600_000);

  afterAll(() => worker.stop());

  it('hits requests in flight', () => {
    expect(load.batches.filter((batch) => batch.repeated).length).toBeGreaterThan(ROUNDS / 2);
    expect(load.batches.some((batch) => batch.kind === 'bare' && !batch.acknowledged)).toBe(true);
  });

  it('gives no client an answer that the status policy does not know', () => {
    expect(load.surprises).toEqual([]);
  });

  it('leaves every acknowledged record once, sealed or not, and no part of a batch', () => {
    const { sealed, tail, faults } = readStored(worker.stateDir, project.id);
    expect(sealed.length).toBeGreaterThan(0);
    expect(tail.length).toBeGreaterThan(0);
    expect(faults).toEqual([]);
    expect(wrongWith([...sealed, ...tail], load.batches)).toEqual([]);
  });

  it('leaves a ledger that balances, and counts what is there', async () => {
    const { sealed, tail } = readStored(worker.stateDir, project.id);
    const ledger = await readLedger(worker, project);
    expect(ledger.received).toBe(ledger.stored + ledger.duplicate + ledger.rejected);
    expect(ledger.stored).toBe(sealed.length + tail.length);
    const rejected = load.batches.reduce((sum, batch) => sum + (batch.acknowledged ? batch.broken : 0), 0);
    expect(ledger.rejected).toBeGreaterThanOrEqual(rejected);
  });

  it('seals what was left, once', async () => {
    await worker.kill9();
    worker = await startWorkerd({ stateDir: worker.stateDir, vars: LATER });
    await until('the tail is sealed', async () => (await readLedger(worker, project)).journal.backlogRecords === 0);
    const { sealed, tail, faults } = readStored(worker.stateDir, project.id);
    expect([tail, faults]).toEqual([[], []]);
    expect(wrongWith(sealed, load.batches)).toEqual([]);
    expect((await readLedger(worker, project)).stored).toBe(sealed.length);
  });
});
