/**
 * The database refuses writes for a minute, and the server is killed in the middle of it. The refusal is SQLite's own: this process
 * holds the write lock of the D1 file, so reads go on and every write answers SQLITE_BUSY.
 */
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { databaseFile } from './disk.ts';
import { exportRecords, type Ledger, newProject, type Project, readLedger } from './project.ts';
import { readStored } from './stored-records.ts';
import { imbalanceOf, wrongWith } from './verdict.ts';
import { type Load, startWriters, Target } from './writers.ts';

const AWAY_MS = 60_000;
/** A block's worth in a few seconds, a hundred thousand records in the minute: far from the backlog's bound. */
const WRITERS = 3;
const PAUSE_MS = 100;

describe('a database that refuses writes for a minute', () => {
  let worker: StartedWorkerd;
  let project: Project;
  let load: Load;
  let before: Ledger;
  let halfway: Ledger;
  let during: Ledger;
  let changes: string[];
  let sealedBefore: number;
  let sealedDuring: number;
  const ready: Record<'before' | 'during', Readiness> = { before: { status: 0 }, during: { status: 0 } };

  beforeAll(async () => {
    worker = await startWorkerd();
    const admin = await worker.signIn();
    project = await newProject(admin);
    const body = { name: 'manages', scopes: ['admin'] };
    const { key } = (await admin.post(`/api/projects/${project.id}/keys`, body)) as { key: string };
    const target = new Target();
    target.up(worker.url);
    load = startWriters({ target, key: project.key, writers: WRITERS, seed: 1, pauseMs: PAUSE_MS });
    const ledger = () => readLedger(worker, project);
    before = await until('a block is sealed', async () => {
      const now = await ledger();
      return now.journal.lastSealAtMs !== null && now;
    });

    ready.before = await until('it is ready', async () => {
      const found = await readiness(worker);
      return found.status === 200 && found;
    });
    const database = new DatabaseSync(databaseFile(worker.stateDir));
    database.exec('BEGIN EXCLUSIVE');
    sealedBefore = readStored(worker.stateDir, project.id).sealed.length;
    halfway = await until('sealing has failed for half of it', () => failingFor(ledger, AWAY_MS / 2), AWAY_MS);
    changes = [await keyedChange(worker, project, key)];
    target.down();
    await worker.kill9();
    worker = await startWorkerd({ stateDir: worker.stateDir });
    target.up(worker.url);
    during = await until('sealing has failed for all of it', () => failingFor(ledger, AWAY_MS), AWAY_MS);
    sealedDuring = readStored(worker.stateDir, project.id).sealed.length;
    ready.during = await until('the database alone is not ready', async () => {
      const found = await readiness(worker);
      return found.failed?.join() === 'database' && found;
    });
    database.exec('ROLLBACK');
    database.close();
    for (let i = 0; i < 2; i++) changes.push(await keyedChange(worker, project, key));

    await load.stop();
  });

  afterAll(() => worker.stop());

  it('seals nothing meanwhile', () => {
    expect(sealedDuring).toBe(sealedBefore);
    expect(during.journal.backlogRecords).toBeGreaterThan(5_000);
  });

  it('goes on taking records', () => {
    expect(load.surprises).toEqual([]);
    expect(halfway.stored).toBeGreaterThan(before.stored + 5_000);
    expect(during.stored).toBeGreaterThan(halfway.stored + 5_000);
  });

  it('makes no change that came meanwhile, and makes it once when it is asked again', () => {
    expect(changes).toEqual(['503 store_away', '201', '201 replayed']);
  });

  it('says since when, also after a restart', () => {
    expect(before.journal.sealFailingSinceMs).toBeNull();
    expect(halfway.journal.sealFailingSinceMs).toBeGreaterThan(Number(before.journal.lastSealAtMs));
    expect(during.journal.sealFailingSinceMs).toBe(halfway.journal.sealFailingSinceMs);
  });

  it('is not ready, and says that it is the database', async () => {
    expect(ready.before).toEqual({ status: 200 });
    expect(ready.during).toEqual({ status: 503, failed: ['database'] });
    // What it found serves for a second, and a probe has its time limit: on a busy machine a dependency may be late once.
    await expect.poll(() => readiness(worker)).toEqual({ status: 200 });
  });

  it('seals the full blocks as soon as the database is back, and takes the alarm back', async () => {
    const back = await until(
      'less than a block is left',
      async () => {
        const now = await readLedger(worker, project);
        return now.journal.backlogRecords < 2 * 5_000 && now.journal.sealFailingSinceMs === null && now; // a block of each stream
      },
      60_000,
    );
    expect(back.journal.lastSealAtMs).toBeGreaterThan(Number(during.journal.sealFailingSinceMs) + AWAY_MS);
  });

  it('has everything once', async () => {
    const { sealed, tail, faults } = readStored(worker.stateDir, project.id);
    expect(faults).toEqual([]);
    expect(wrongWith([...sealed, ...tail], load.batches)).toEqual([]);
    const ledger = await readLedger(worker, project);
    expect(ledger.stored).toBe(sealed.length + tail.length);
    expect(imbalanceOf(ledger, await exportRecords(worker, project), load.batches)).toEqual([]);
  });
});

/** The same request each time: what it was told. */
async function keyedChange(worker: StartedWorkerd, project: Project, key: string): Promise<string> {
  const answer = await fetch(`${worker.url}/api/projects/${project.id}/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': 'while away' },
    body: JSON.stringify({ name: 'made while away', scopes: ['ingest'] }),
  });
  const { code = '' } = (await answer.json()) as { code?: string };
  const replayed = answer.headers.get('idempotent-replayed') === 'true' ? 'replayed' : '';
  return [answer.status, code, replayed].filter((part) => part !== '').join(' ');
}

interface Readiness {
  status: number;
  failed?: string[];
}

async function readiness(worker: StartedWorkerd): Promise<Readiness> {
  const answer = await fetch(`${worker.url}/api/ready`);
  const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean; mayWait: boolean }[] };
  // Nobody fires the cron here.
  const failed = checks.filter(({ ok, mayWait }) => !ok && !mayWait).map(({ name }) => name);
  return { status: answer.status, ...(failed.length > 0 ? { failed } : {}) };
}

async function failingFor(ledger: () => Promise<Ledger>, ms: number): Promise<Ledger | null> {
  const now = await ledger();
  const since = now.journal.sealFailingSinceMs;
  return since !== null && Date.now() - since >= ms ? now : null;
}
