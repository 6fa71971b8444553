import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import auditDocs from '../../docs/audit.md?raw';
import { keptSizes, noteOf, readHead } from '../../src/trail/checkpoints/checkpoint-store.ts';
import { signedNote } from '../../src/trail/checkpoints/note.ts';
import { unsealedAgeMs } from '../../src/trail/index.ts';
import { proveEntry } from '../../src/trail/proof.ts';
import { sealTrail } from '../../src/trail/seal/job.ts';
import { seal } from '../../src/trail/seal/seal.ts';
import { trailStatus } from '../../src/trail/status.ts';
import { verifyNow } from '../../src/trail/verify/verify.ts';
import type { ListedCheckpoint } from '../../src/wire/audit.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { configWith, SECRET_2 } from '../helpers/worker/config.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { findings, lastSeq, putBack, skipNumbers, writeEntries, wrongCheckpoints } from '../helpers/worker/trail.ts';
import { watchedBucket } from '../helpers/worker/watched-bucket.ts';

/** Rows that somebody who may run SQL put among the checkpoints, which nothing takes away again. */

const ROOT = Buffer.alloc(32, 7).toString('base64');
/** In form as ours, signed by nobody of us. */
const noteOfSize = (size: number): string =>
  signedNote(configWith({ dataSecrets: [SECRET_2] }), {
    origin: 'breakwater/audit',
    size,
    root: new Uint8Array(Buffer.from(ROOT, 'base64')),
  });
const forge = (size: number, note = noteOfSize(size)) =>
  env.DB.prepare(
    "INSERT INTO audit_checkpoints (size, root_hash, signed_at_ms, kid, note) VALUES (?1, ?2, 1, 'k1', ?3)",
  )
    .bind(size, ROOT, note)
    .run();
const rowsOf = async (size: number) =>
  (await env.DB.prepare('SELECT note FROM audit_checkpoints WHERE size = ?1').bind(size).all<{ note: string }>())
    .results;
const told = async () => (await findings()).map(({ detail }) => detail);
const sentenceOf = (size: number): string =>
  `The database has a checkpoint of size ${size} that no key of this deployment signed; it counts for nothing.`;

async function verifyAll(): Promise<void> {
  do await verifyNow(testCtx());
  while ((await trailStatus(testCtx())).verifying !== null);
}

let admin: SignedIn;

beforeAll(async () => {
  admin = await signInAs('admin');
  await writeEntries(300);
  await sealTrail(testCtx());
  await writeEntries(20);
  await sealTrail(testCtx());
});

describe('a row forged among the checkpoints', () => {
  it('is told once as a finding, with a notice, and stays; the sealing goes on from the last one that is signed', async () => {
    await writeEntries(5);
    await forge(1_000_000);
    expect(await sealTrail(testCtx())).toMatchObject({ size: await lastSeq(), findings: 1 });
    await writeEntries(5);
    expect(await sealTrail(testCtx())).toMatchObject({ entries: 5, findings: 0 });
    expect((await told()).filter((detail) => detail === sentenceOf(1_000_000)).length).toBe(1);
    const { results } = await env.DB.prepare("SELECT detail FROM notices WHERE kind = 'audit.finding'").all();
    expect(JSON.stringify(results)).toContain(sentenceOf(1_000_000));
    expect((await rowsOf(1_000_000)).length).toBe(1);
    expect(await wrongCheckpoints()).toEqual([]);
  });

  it('hides nothing: what is sealed, how long the rest waits, proofs and gaps are told by what is signed', async () => {
    const sealed = await lastSeq();
    await writeEntries(2);
    const later = testCtx({ nowMs: testCtx().nowMs + 3_600_000 });
    expect(await unsealedAgeMs(later)).toBeGreaterThan(3_000_000);
    expect(await trailStatus(testCtx())).toMatchObject({ sealedSize: sealed, checkpoint: { size: sealed } });
    const { items } = (await callApp('GET', '/api/audit?limit=3', { as: admin })).body;
    expect(items.map(({ sealed: isSealed }: { sealed: boolean }) => isSealed)).toEqual([false, false, true]);
    expect(await proveEntry(testCtx(), sealed + 2)).toMatchObject({ ok: true, value: { treeSize: sealed + 2 } });

    const toSeq = await skipNumbers(150_000);
    expect(await seal(testCtx())).toMatchObject({ kind: 'refused' });
    expect(
      await callApp('POST', '/api/audit/gap', { as: admin, body: { toSeq: toSeq + 1, reason: 'seen' } }),
    ).toMatchObject({
      body: { code: 'audit_no_gap' },
    });
    await putBack(toSeq - 150_000);
    // The restore took it away too.
    await forge(1_000_000);
    await sealTrail(testCtx());
  });

  it('leaves a minute where nothing is new as cheap as before: no list, and nothing written', async () => {
    await sealTrail(testCtx());
    const statements = countingStatements(env.DB);
    const calls = new Set<string>();
    const STORE = watchedBucket(env.STORE, (call) => {
      calls.add(call);
    });
    const TABLES = ['audit', 'audit_checkpoints', 'audit_findings', 'notices'];
    const rows = () =>
      env.DB.prepare(`SELECT ${TABLES.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`)}`).first();
    const before = await rows();
    expect(await sealTrail(testCtx({ env: { ...env, DB: statements.db, STORE } }))).toMatchObject({ entries: 0 });
    expect(await rows()).toEqual(before);
    expect([...calls]).toEqual(['get']);
    // Looking whether the copy is there, looking at what is beside it, the copy that is not written again, and whether it was told.
    expect(statements.count()).toBe(12);
  });

  it('in the place of the next checkpoint does not keep that one out', async () => {
    await writeEntries(4);
    const next = await lastSeq();
    await forge(next);
    expect(await sealTrail(testCtx())).toMatchObject({ size: next });
    expect((await rowsOf(next)).length).toBe(2);
    await sealTrail(testCtx());
    expect(await told()).toContain(sentenceOf(next));
    await writeEntries(1);
    expect(await sealTrail(testCtx())).toMatchObject({ size: next + 1 });
    expect(await wrongCheckpoints()).toEqual([]);
  });

  it('of an earlier size is found by the check of all entries, which says of nothing that it was lost', async () => {
    await forge(7);
    await forge(8, 'no note at all');
    await verifyAll();
    for (const size of [7, 8]) expect(await told()).toContain(sentenceOf(size));
    expect((await told()).filter((detail) => detail.includes('was gone') || detail.includes('damaged'))).toEqual([]);
    expect(await keptSizes(env.STORE, 6, 2)).not.toContain(7);
  });

  it.each([
    ['a note of ours under a larger size', async () => (await noteOf(env.STORE, await trueSize())) ?? ''],
    [
      'the signature of ours under another text',
      async () => {
        const [, signature] = ((await readHead(env.STORE))?.note ?? '').split('\n\n');
        return `breakwater/audit\n2000000\n${ROOT}\n\n${signature}`;
      },
    ],
  ])('%s counts for nothing either', async (_, made) => {
    await forge(2_000_000, await made());
    await writeEntries(1);
    expect(await sealTrail(testCtx())).toMatchObject({ size: await lastSeq() });
    expect(await told()).toContain(sentenceOf(2_000_000));
  });

  it('signed by a key that somebody put among ours counts for nothing', async () => {
    await env.DB.prepare(
      `INSERT INTO signing_keys SELECT 'k9', public_key, 1, 'k9', endorsement FROM signing_keys`,
    ).run();
    await forge(3_000_000);
    await writeEntries(1);
    expect(await sealTrail(testCtx())).toMatchObject({ size: await lastSeq() });
    expect(await told()).toContain(sentenceOf(3_000_000));
  });

  it('takes no weight from what is signed: with an older checkpoint as the newest in the bucket nothing is signed', async () => {
    const head = (await readHead(env.STORE))?.note ?? '';
    const [, older = 0] = await keptSizes(env.STORE, 0, 2);
    const later = (await keptSizes(env.STORE, older, 1_000)).map(
      (size) => `audit/checkpoints/${String(size).padStart(12, '0')}`,
    );
    const notes = await Promise.all(later.map(async (key) => [key, await (await env.STORE.get(key))?.text()] as const));
    await env.STORE.put('audit/checkpoint', (await noteOf(env.STORE, older)) ?? '');
    await env.STORE.delete(later);
    await forge(older);
    await writeEntries(1);
    expect(await seal(testCtx())).toMatchObject({
      kind: 'refused',
      finding: {
        detail: expect.stringMatching(/knows a checkpoint of size \d+, and the newest in the bucket is of size/),
      },
    });
    await env.STORE.put('audit/checkpoint', head);
    for (const [key, note] of notes) await env.STORE.put(key, note ?? '');
    expect(await seal(testCtx())).toMatchObject({ kind: 'sealed', added: 1 });
  });

  it('is listed as what it is, beside what was signed, in pages that leave nothing out', async () => {
    const all: [number, boolean][] = [];
    for (let cursor = ''; ; ) {
      const { body } = await callApp('GET', `/api/audit/checkpoints?limit=1${cursor}`, { as: admin });
      all.push(...body.items.map(({ size, signed }: ListedCheckpoint): [number, boolean] => [size, signed]));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    const count = await env.DB.prepare('SELECT count(*) AS n FROM audit_checkpoints').first<number>('n');
    expect(all.length).toBe(count);
    expect(all.map(([size]) => size)).toEqual(all.map(([size]) => size).toSorted((a, b) => b - a));
    expect(all.slice(0, 2)).toEqual([
      [3_000_000, false],
      [2_000_000, false],
    ]);
    const kept = await keptSizes(env.STORE, 0, 1_000);
    expect(all.filter(([, signed]) => signed).map(([size]) => size)).toEqual(kept.toReversed());
  });
});

async function trueSize(): Promise<number> {
  return (await keptSizes(env.STORE, 0, 1_000)).at(-1) ?? 0;
}

describe('the database refuses', () => {
  it.each([
    [
      "REPLACE INTO audit_checkpoints SELECT size, 'x', signed_at_ms, kid, note FROM audit_checkpoints",
      'checkpoints are not changed',
    ],
    [
      "INSERT INTO audit_checkpoints SELECT size, 'x', 1, kid, note FROM audit_checkpoints WHERE true ON CONFLICT DO UPDATE SET root_hash = 'x'",
      'checkpoints are not changed',
    ],
    [
      "INSERT INTO audit_checkpoints VALUES (4000000, 'x', 1, 'k1', printf('%.*c', 3000, 'x'))",
      'checkpoints are short',
    ],
    [
      "INSERT INTO audit_checkpoints VALUES (9223372036854775807, 'x', 1, 'k1', 'x')",
      'as many entries as there can be',
    ],
  ])('%s', async (sql, sentence) => {
    await expect(env.DB.prepare(sql).run()).rejects.toThrow(sentence);
  });
});

describe('more forged rows than are looked through', () => {
  it('stop the sealing, and what docs/audit.md says takes them away, so that it goes on and the trail tells of it', async () => {
    const from = await trueSize();
    await env.DB.prepare(
      `INSERT INTO audit_checkpoints WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
       SELECT ?1 + i, ?2, 1, 'k1', 'forged ' || i FROM n`,
    )
      .bind(from, ROOT)
      .run();
    await writeEntries(1);
    expect(await sealTrail(testCtx())).toMatchObject({
      problem: expect.stringContaining(
        `more than 1000 checkpoints from size ${from} on that no key of this deployment signed`,
      ),
    });
    expect((await trailStatus(testCtx())).sealedSize).toBe(0);

    const [, sql = ''] =
      /```sql\n([\s\S]*?)```/.exec(auditDocs.slice(auditDocs.indexOf('more than 1000 checkpoints'))) ?? [];
    const statements = sql
      .trim()
      .split(/;\n/)
      .map((one) => one.replaceAll('250041', String(from)).replace(/;$/, ''));
    expect(statements.length).toBe(4);
    for (const statement of statements) await env.DB.prepare(statement).run();

    const outcome = await sealTrail(testCtx());
    expect(outcome).toMatchObject({ entries: 1, size: from + 1 });
    expect(await told()).toContain('The trigger audit_checkpoints_are_kept was made again outside of a migration.');
    await expect(env.DB.prepare('DELETE FROM audit_checkpoints').run()).rejects.toThrow('checkpoints are not deleted');
    await verifyAll();
    expect(await wrongCheckpoints()).toEqual([]);
    expect((await trailStatus(testCtx())).sealedSize).toBe(await lastSeq());
  });
});
