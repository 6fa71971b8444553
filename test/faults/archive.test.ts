/**
 * SIGKILL to everything at random moments while the archive works: blocks move to R2, leave the database, change their class and expire. Each run has a seed,
 * printed; BREAKWATER_FAULT_SEED repeats its moments, BREAKWATER_FAULT_ROUNDS makes it longer.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../bench/lib/records.ts';
import type { ArchiveCheck, ManifestCheck } from '../../src/wire/archive.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { ARCHIVE_CRON, ArchiveClient, DAY_MS } from '../helpers/node/archive-client.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { objectKeys, queryDisk, runsOf } from './disk.ts';

const SEED = Number(process.env.BREAKWATER_FAULT_SEED ?? randomInt(2 ** 31));
const ROUNDS = Number(process.env.BREAKWATER_FAULT_ROUNDS ?? 10);
/**
 * From the begin of a run on, in times that the machine needs for a start. A run is over within a fraction of one: longer lives end behind it, and hit nothing.
 * Those of each half begin short, while there is work.
 */
const LONGEST_LIFE_STARTS = 0.4;
const HOUR_MS = 3_600_000;
/** So many records are a block. */
const BLOCK = 5_000;
const DAYS = 4;
const OLD_MS = Date.parse(new Date().toISOString().slice(0, 10)) - 45 * DAY_MS + DAY_MS / 2;

describe(`SIGKILL to the archive, ${ROUNDS} times (seed ${SEED})`, () => {
  let worker: StartedWorkerd;
  let client: ArchiveClient;
  let sent: string[];
  /** Runs of the archive that a kill ended. */
  let cutOff = 0;

  beforeAll(async () => {
    console.log(`faults: BREAKWATER_FAULT_SEED=${SEED}`);
    worker = await startWorkerd();
    client = (await ArchiveClient.create(await worker.signIn())).at(worker);
    // Everything happens within the test: spans expire once they are archived, objects are old at once.
    await client.call('PUT', `/api/archives/settings?project=${client.projectId}`, {
      ...{ hotDays: 30, retentionDays: 2557, retentionDaysByStream: { spans: 35 }, infrequentAfterDays: 0 },
      warehouse: false,
    });
    for (let day = 0; day < DAYS; day++) {
      for (const stream of ['logs', 'spans']) {
        const records = Array.from({ length: BLOCK }, (_, i) => ({
          ...{
            ts: OLD_MS + day * DAY_MS + i,
            stream,
            message: `${stream} ${day} ${i}`,
            attrs: { reference: i * 7919 },
          },
        }));
        for (let at = 0; at < BLOCK; at += 1_000) await client.send(records.slice(at, at + 1_000));
      }
    }
    const ledger = `/api/projects/${client.projectId}/ledger`;
    await until('all is sealed', async () => {
      const { journal } = await client.call<{ journal: { backlogRecords: number } }>('GET', ledger);
      return journal.backlogRecords === 0;
    });
    sent = Array.from({ length: DAYS * BLOCK }, (_, n) => `logs ${Math.floor(n / BLOCK)} ${n % BLOCK}`).sort();
    const next = random(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      // Past the rest of an hour, and from the middle on past the day that payloads stay.
      const half = Math.ceil(ROUNDS / 2);
      await restart(round < half ? 2 * HOUR_MS : 30 * HOUR_MS);
      const runs = runsOf(worker.stateDir, 'archive');
      void cron();
      // What it takes to start is no moment that tells anything.
      await until('the archive runs', () => runsOf(worker.stateDir, 'archive') > runs);
      await sleep((next() * LONGEST_LIFE_STARTS * worker.startMs * ((round % half) + 1)) / half); // the moment is the test
    }
    console.log(`faults: ${cutOff} runs of the archive cut off`);
    await restart(30 * HOUR_MS);
    await cron();
    // A day after the last move.
    await restart(60 * HOUR_MS);
    for (let run = 0; run < 4; run++) await cron();
  }, 600_000);
  afterAll(() => worker?.stop());

  async function restart(offsetMs: number): Promise<void> {
    await worker.kill9();
    worker = await startWorkerd({ stateDir: worker.stateDir, vars: { CLOCK_OFFSET_MS: String(offsetMs) } });
    client.at(worker);
  }

  async function cron(): Promise<void> {
    try {
      await fetch(worker.url + ARCHIVE_CRON);
    } catch {
      cutOff++; // killed meanwhile, as intended
    }
  }

  it('hits runs of the archive under way', () => {
    expect(cutOff).toBeGreaterThan(0);
  });

  it('leaves every record once, and of what has expired none', async () => {
    const range = `from=0&to=${Date.now() + 2 * DAY_MS}`;
    const answer = await client.fetch('GET', `/api/export?project=${client.projectId}&format=ndjson&${range}`);
    const records = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as LogRecord);
    expect(records.map(({ message }) => message).sort()).toEqual(sent);
  });

  it('leaves archives that are whole, current, in their class and out of the database', async () => {
    const archives = await client.archives();
    expect(archives.map(({ state, stream, storageClass }) => [state, stream, storageClass])).toEqual(
      Array.from({ length: DAYS }, () => ['current', 'logs', 'InfrequentAccess']),
    );
    for (const { id } of archives) {
      const check = await client.call<ArchiveCheck>('POST', `/api/archives/${id}/verify`);
      expect(check).toMatchObject({ ok: true, records: BLOCK, problems: [] });
    }
    expect(archives.map(({ hotUntilMs }) => hotUntilMs)).toEqual(archives.map(() => null));
  });

  it('leaves a chain of manifests without a gap, signed to its end', async () => {
    const check = await client.call<ManifestCheck>('POST', `/api/archives/verify?project=${client.projectId}`);
    expect(check).toMatchObject({ ok: true, problems: [], records: DAYS * BLOCK });
    expect(check.toSequence).toBeGreaterThanOrEqual(2 * DAYS);
  });

  it('leaves no object that no row knows', async () => {
    await worker.stop();
    const rows = queryDisk(worker.stateDir, 'SELECT object_key AS key FROM archives').map(({ key }) => key);
    const batches = objectKeys(worker.stateDir).filter((key) => key.endsWith('.ndjson.gz'));
    expect(batches.sort()).toEqual(rows.sort());
  });
});
