/**
 * SIGKILL to everything at random moments while entries of the audit trail are written and sealed. Each run has a seed, printed;
 * BREAKWATER_FAULT_SEED repeats its moments, BREAKWATER_FAULT_ROUNDS makes it longer.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../bench/lib/records.ts';
import type { AdminSession } from '../../scripts/start/api.ts';
import type { AuditCheckpoint, AuditKey, AuditStatus } from '../../src/wire/audit.ts';
import { ArchiveClient } from '../helpers/node/archive-client.ts';
import { exportTrail, OfflineVerifier } from '../helpers/node/offline-verifier.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { objectKeys, queryDisk, readObject, runsOf } from './disk.ts';
import { Target } from './writers.ts';

const SEED = Number(process.env.BREAKWATER_FAULT_SEED ?? randomInt(2 ** 31));
const ROUNDS = Number(process.env.BREAKWATER_FAULT_ROUNDS ?? 10);
const WRITERS = 3;
/** Holds that are made and released before the first kill: with four entries each the first tile of 256 is full soon after. */
const AT_START = 60;
/** From the first run of the sealer on, in times that the machine needs for a start: some ten runs. */
const LONGEST_LIFE_STARTS = 0.9;
const SEAL_CRON = '/cdn-cgi/local/scheduled?cron=*+*+*+*+*';
const HEAD = 'audit/checkpoint';
const SAMPLES = 10;

/** A line of the export: what was hashed. */
interface Leaf {
  seq: number;
  action: string;
  target: string;
  missing?: true;
}

describe(`SIGKILL to the audit trail, ${ROUNDS} times (seed ${SEED})`, () => {
  const verifier = new OfflineVerifier();
  const target = new Target();
  const next = random(SEED);
  let worker: StartedWorkerd;
  let client: ArchiveClient;
  let admin: AdminSession;
  let stopped = false;
  /** Ids of legal holds that somebody was told of. */
  const made: string[] = [];
  const released: string[] = [];
  const surprises: string[] = [];
  /** Runs of the sealer that a kill ended. */
  let cutOff = 0;
  /** What whoever copies the bucket between two lives has of the newest checkpoint. */
  const seen: string[] = [];
  /** Deaths after a checkpoint was signed and before the database knew it, or after hashes were written and before they were signed. */
  const between = { signed: 0, hashed: 0 };
  let key: string;
  let sealedSize: number;
  let exported: string;
  let leaves: Leaf[];

  beforeAll(async () => {
    console.log(`faults: BREAKWATER_FAULT_SEED=${SEED}`);
    worker = await startWorkerd();
    client = await ArchiveClient.create(await worker.signIn());
    target.up(worker.url);
    const writers = Array.from({ length: WRITERS }, (_, writer) => holdAndRelease(writer));
    await until('the first tile is full soon', () => released.length >= AT_START);
    const sealer = sealAgainAndAgain();
    let runs = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await until('the sealer runs', () => runsOf(worker.stateDir, 'audit_seal') > runs);
      await sleep(next() * LONGEST_LIFE_STARTS * worker.startMs); // the moment is the test
      target.down();
      await worker.kill9();
      look();
      runs = runsOf(worker.stateDir, 'audit_seal');
      worker = await startWorkerd({ stateDir: worker.stateDir });
      target.up(worker.url);
    }
    stopped = true;
    await Promise.all([...writers, sealer]);
    admin = await worker.signIn();
    const status = (await admin.post('/api/audit/seal', {})) as AuditStatus;
    expect(status.sealedSize).toBe(status.entries);
    sealedSize = status.sealedSize;
    const keys = (await admin.get('/api/audit/keys')) as { items: AuditKey[] };
    key = keys.items[0]?.publicKey ?? '';
    exported = await exportTrail(worker);
    leaves = exported
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Leaf);
    const { signed, hashed } = between;
    console.log(
      `faults: ${leaves.length} entries, ${made.length} holds, ${cutOff} runs cut off, ${signed} + ${hashed} in between`,
    );
  }, 600_000);
  afterAll(() => worker?.stop());

  /** Each is two entries of the trail, and its release another two. Whoever got no answer to a release asks again. */
  async function holdAndRelease(writer: number): Promise<void> {
    for (let i = 0; !stopped; i++) {
      const body = { fromMs: 0, reason: `${writer}-${i}` };
      const hold = await tell(`/api/archives/holds?project=${client.projectId}`, body);
      if (hold === null) continue;
      made.push(hold.id);
      while ((await tell(`/api/archives/holds/${hold.id}/release`, {})) === null);
      released.push(hold.id);
    }
  }

  /** Null where the kill came before the answer. */
  async function tell(path: string, body: unknown): Promise<{ id: string } | null> {
    const url = await target.url;
    try {
      return await client.at({ url }).call<{ id: string }>('POST', path, body);
    } catch (error) {
      // What fetch throws; the client's own errors are answers that nobody expects.
      if (error instanceof TypeError) return null;
      surprises.push(String(error));
      stopped = true;
      return { id: '' };
    }
  }

  /** One run after the other, now and then two at once: always two would leave the writers no time. */
  async function sealAgainAndAgain(): Promise<void> {
    for (let run = 0; !stopped; run++) {
      const url = await target.url;
      await Promise.all(Array.from({ length: run % 3 === 0 ? 2 : 1 }, () => sealOnce(url)));
    }
  }

  async function sealOnce(url: string): Promise<void> {
    try {
      await (await fetch(url + SEAL_CRON)).text();
    } catch {
      cutOff++; // killed meanwhile, as intended
    }
  }

  function look(): void {
    const note = readObject(worker.stateDir, HEAD)?.toString('utf8');
    if (note === undefined) return;
    seen.push(note);
    const size = Number(note.split('\n')[1]);
    const [row] = queryDisk(worker.stateDir, 'SELECT max(size) AS size FROM audit_checkpoints');
    if (Number(row?.size ?? 0) < size) between.signed++;
    const widths = objectKeys(worker.stateDir).flatMap((name) => sizeOfTile(name) ?? []);
    if (Math.max(...widths) > size) between.hashed++;
  }

  it('hits runs of the sealer under way, and writers that go on', () => {
    expect(surprises).toEqual([]);
    expect(cutOff).toBeGreaterThan(ROUNDS / 2);
    expect(made.length).toBeGreaterThan(AT_START);
    expect(sealedSize).toBeGreaterThan(256); // a full tile took the place of its parts
    expect(new Set(seen).size).toBeGreaterThan(1);
  });

  it('has each acknowledged change once, with what was done and what became of the row, and no half of any other', () => {
    expect(leaves.map(({ seq }) => seq)).toEqual(leaves.map((_, i) => i + 1));
    expect(leaves.filter(({ missing }) => missing)).toEqual([]);
    const rows = queryDisk(worker.stateDir, 'SELECT id, released_at_ms AS releasedAtMs FROM legal_holds');
    const expected = rows.flatMap(({ id, releasedAtMs }) => [
      ...[`${id} legal_hold.create`, `${id} legal_holds.insert`],
      ...(releasedAtMs === null ? [] : [`${id} legal_hold.release`, `${id} legal_holds.update`]),
    ]);
    const told = leaves.filter(({ action }) => /^legal_hold/.test(action ?? ''));
    expect(told.map(({ target: id, action }) => `${id} ${action}`).sort()).toEqual(expected.sort());
    const [known, done] = [new Set(rows.map(({ id }) => id)), new Set(expected)];
    expect(made.filter((id) => !known.has(id))).toEqual([]);
    expect(released.filter((id) => !done.has(`${id} legal_hold.release`))).toEqual([]);
  });

  it('leaves one history of checkpoints: whatever anybody ever had of it is where the trail came by', async () => {
    const listed: AuditCheckpoint[] = [];
    for (let cursor = ''; ; ) {
      const page = (await admin.get(`/api/audit/checkpoints?limit=100${cursor}`)) as {
        items: AuditCheckpoint[];
        nextCursor: string | null;
      };
      listed.push(...page.items);
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    const { stateDir } = worker;
    const kept = objectKeys(stateDir).filter((name) => name.startsWith(`${HEAD}s/`));
    const notes = kept.sort().map((name) => readObject(stateDir, name)?.toString('utf8') ?? '');
    expect(listed.map(({ note }) => note).toReversed()).toEqual(notes);
    expect(readObject(stateDir, HEAD)?.toString('utf8')).toBe(notes.at(-1));
    expect(seen.filter((note) => !notes.includes(note))).toEqual([]);
    // Each root is that of the first so many entries of one and the same export (RFC 6962, 2.1.4).
    expect(verifier.checkExport(key, notes, exported)).toMatchObject({
      code: 0,
      text: expect.stringContaining(`by ${notes.length} checkpoints`),
    });
  });

  it('proves single entries to whoever has nothing but the public key', async () => {
    const seqs = [1, sealedSize, ...Array.from({ length: SAMPLES }, () => 1 + Math.floor(next() * sealedSize))];
    for (const seq of seqs) {
      const verdict = verifier.checkProof(key, await admin.get(`/api/audit/proof/${seq}`));
      expect(verdict, `entry ${seq}`).toMatchObject({
        code: 0,
        text: expect.stringMatching(`^holds: entry ${seq} is`),
      });
    }
  });

  it('finds nothing itself, in every entry, tile and checkpoint', async () => {
    let status: AuditStatus;
    do status = (await admin.post('/api/audit/verify', {})) as AuditStatus;
    while (status.verifying !== null);
    expect(status.findings).toEqual([]);
    expect(status.verifiedAtMs).not.toBeNull();
    const jobs = queryDisk(
      worker.stateDir,
      `SELECT problem FROM job_runs WHERE name = 'audit_seal' AND outcome = 'failed'`,
    );
    expect(jobs.filter(({ problem }) => String(problem).includes('signed'))).toEqual([]);
  });
});

/** How many entries a tree has at least that has this tile of leaves; null for any other object. */
function sizeOfTile(name: string): number | null {
  const [, path, width] = /^audit\/tile\/0\/([x\d/]+?)(?:\.p\/(\d+))?$/.exec(name) ?? [];
  if (path === undefined) return null;
  return Number(path.replaceAll(/[x/]/g, '')) * 256 + Number(width ?? 256);
}
