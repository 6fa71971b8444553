import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { sealTrail } from '../../src/trail/seal/job.ts';
import { leafHash } from '../../src/trail/tree/hashes.ts';
import type { AuditCheckpoint, AuditFinding, SchemaChange } from '../../src/wire/audit.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { lastSeq, rootByRows, writeEntries } from '../helpers/worker/trail.ts';

let admin: SignedIn;
const get = (path: string) => callApp('GET', `/api/audit${path}`, { as: admin });
const post = (path: string) => callApp('POST', `/api/audit${path}`, { as: admin, body: {} });

beforeAll(async () => {
  admin = await signInAs('admin');
  await sealTrail(testCtx());
  await writeEntries(5, '=HYPERLINK("x")');
});

describe('POST /api/audit/seal', () => {
  it('seals at once, with the entry that says who asked, and answers the status', async () => {
    expect((await get('/status')).body.unsealedSinceMs).toBeGreaterThan(0);
    const { status, body } = await post('/seal');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      entries: await lastSeq(),
      sealedSize: await lastSeq(),
      unsealedSinceMs: null,
      findings: [],
    });
    expect(body.checkpoint.rootHash).toBe(Buffer.from(await rootByRows(body.sealedSize)).toString('base64'));
    const { items } = (await get('?action=audit.seal')).body;
    expect(items).toMatchObject([{ actorKind: 'user', actorId: admin.userId, sealed: true }]);
  });

  it('where the past is not what was signed signs nothing, and says why', async () => {
    const head = await (await env.STORE.get('audit/checkpoint'))?.text();
    await env.STORE.put('audit/checkpoint', 'forged');
    for (const answer of [await post('/seal'), await get(`/proof/${await lastSeq()}`)]) {
      expect([answer.status, answer.body.code]).toEqual([409, 'audit_not_sealed']);
      expect(answer.body.detail).toContain('not signed by a key of this deployment');
    }
    const { findings } = (await get('/status')).body;
    expect(findings).toMatchObject([{ kind: 'signature', seq: null }]);
    await env.STORE.put('audit/checkpoint', head ?? '');
    expect((await post('/seal')).status).toBe(200);
  });
});

describe('POST /api/audit/verify', () => {
  it('looks at everything that is sealed', async () => {
    const { status, body } = await post('/verify');
    expect(status).toBe(200);
    expect(body.verifying).toBeNull();
    expect(body.verifiedAtMs).toBeGreaterThan(0);
  });
});

describe('POST /api/audit/acknowledge', () => {
  const acknowledge = (findingId: string, reason: string) =>
    callApp('POST', '/api/audit/acknowledge', { as: admin, body: { findingId, reason } });
  const put = (id: string, atMs: number) =>
    env.DB.prepare(`INSERT INTO audit_findings VALUES (?1, 'missing', 7, 'Entry 7 is not there.', ?2)`)
      .bind(id, atMs)
      .run();

  const nameOf = (userId: string) =>
    env.DB.prepare('SELECT username FROM users WHERE id = ?1').bind(userId).first<string>('username');

  it('says who looked into a finding and what it was, as an entry of the trail; the finding stays, behind those that are open', async () => {
    await put('missing/7-7', 2);
    await put('missing/8-8', 1);
    const { status, body } = await acknowledge('missing/7-7', ' A restore drill. ');
    expect(status).toBe(200);
    const mine = body.findings.filter(({ kind }: AuditFinding) => kind === 'missing');
    expect(mine).toMatchObject([
      { id: 'missing/8-8', acknowledged: null },
      {
        id: 'missing/7-7',
        acknowledged: { by: await nameOf(admin.userId), reason: 'A restore drill.', seq: expect.any(Number) },
      },
    ]);
    const { items } = (await get('?action=audit.acknowledge')).body;
    expect(items).toMatchObject([
      {
        seq: mine[1].acknowledged.seq,
        actorId: admin.userId,
        target: 'missing/7-7',
        detail: { reason: 'A restore drill.' },
      },
    ]);
    const again = (await acknowledge('missing/7-7', 'It was not: a colleague.')).body.findings;
    expect(again.at(-1)).toMatchObject({ id: 'missing/7-7', acknowledged: { reason: 'It was not: a colleague.' } });
  });

  it('counts only where a person or a key said it: an entry that came by the database console closes nothing', async () => {
    await env.DB.prepare(
      `INSERT INTO audit (at_ms, actor_kind, action, target, request_id, address, detail)
       VALUES (1, 'console', 'audit.acknowledge', 'missing/8-8', 'r', '', '{"reason": "me"}')`,
    ).run();
    const { findings } = (await get('/status')).body;
    expect(findings.find(({ id }: AuditFinding) => id === 'missing/8-8').acknowledged).toBeNull();
  });

  it('refuses a fact that nobody has found, and one without a reason', async () => {
    expect(await acknowledge('missing/9-9', 'seen')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await acknowledge('missing/8-8', ' ')).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/reason', reason: 'must say why' }] },
    });
  });
});

describe('GET /api/audit/proof/:seq', () => {
  it('proves an entry that was written just now: it is sealed first', async () => {
    await writeEntries(1, 'just now');
    const seq = await lastSeq();
    const { status, body } = await get(`/proof/${seq}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ leafIndex: seq - 1, treeSize: seq });
    expect(JSON.parse(body.leaf)).toMatchObject({ seq, target: 'just now' });
  });

  it.each(['0', '-1', '01', '1.5', 'x', '999999', '9007199254740993'])('answers 404 to %s', async (seq) => {
    expect((await get(`/proof/${seq}`)).status).toBe(404);
  });
});

describe('GET /api/audit/export', () => {
  it('has a line for each entry, oldest first, which is what was hashed for the tree; also of an entry that is gone', async () => {
    await env.DB.prepare("UPDATE sqlite_sequence SET seq = seq + 2 WHERE name = 'audit'").run();
    await writeEntries(1);
    await post('/seal');
    const { body } = await get('/export');
    const lines = (body as string).trimEnd().split('\n');
    const size = (await get('/status')).body.sealedSize;
    expect(lines.length).toBeGreaterThanOrEqual(size);
    expect(lines.map((line) => JSON.parse(line).seq)).toEqual(lines.map((_, i) => i + 1));
    expect(lines.filter((line) => line.includes('"missing":true')).length).toBe(2);
    const tile = new Uint8Array((await (await env.STORE.get(`audit/tile/0/000.p/${size}`))?.arrayBuffer()) ?? []);
    for (const [i, line] of lines.slice(0, size).entries()) {
      expect(Buffer.from(tile.subarray(i * 32, i * 32 + 32)), line).toEqual(Buffer.from(leafHash(line)));
    }
  });

  it('takes the filters of the list, and as CSV runs no formula', async () => {
    const { headers, body } = await get('/export?format=csv&action=test.write&target=%3DHYPERLINK(%22x%22)');
    expect(headers.get('content-disposition')).toBe('attachment; filename="audit.csv"');
    const [head, ...rows] = (body as string).trimEnd().split('\r\n');
    expect(head).toMatch(/^time,seq,atMs,actorKind,/);
    expect(rows.length).toBe(5);
    for (const row of rows) expect(row).toContain(`,"'=HYPERLINK(""x"")",`);
    expect((await get('/export?format=xml')).status).toBe(400);
    expect((await get('/export?actorKind=x')).status).toBe(400);
  });
});

describe('the other lists', () => {
  it('checkpoints come newest first, in pages', async () => {
    const all: number[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await get(`/checkpoints?limit=2${cursor}`);
      all.push(...body.items.map(({ size }: AuditCheckpoint) => size));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    const { results } = await env.DB.prepare('SELECT size FROM audit_checkpoints ORDER BY size DESC').all<{
      size: number;
    }>();
    expect(all).toEqual(results.map(({ size }) => size));
    expect(all.length).toBeGreaterThan(3);
    for (const wrong of ['limit=0', 'limit=x', 'cursor=x', 'cursor=-1']) {
      expect((await get(`/checkpoints?${wrong}`)).status, wrong).toBe(400);
    }
  });

  it('changes of the schema come newest first, in pages, with what was and is, and the migration', async () => {
    await env.DB.prepare('CREATE TABLE one (a)').run();
    await sealTrail(testCtx());
    await env.DB.batch([
      env.DB.prepare('ALTER TABLE one ADD COLUMN b'),
      env.DB.prepare("INSERT INTO d1_migrations (name) VALUES ('0099_b.sql')"),
    ]);
    await sealTrail(testCtx());
    await env.DB.prepare('DROP TABLE one').run();
    await sealTrail(testCtx());
    const all: SchemaChange[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await get(`/schema-changes?limit=1${cursor}`);
      all.push(...body.items);
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(all.map(({ change, name, migration }) => [change, name, migration])).toEqual([
      ['removed', 'one', null],
      ['changed', 'one', '0099_b.sql'],
      ['added', 'one', null],
    ]);
    expect(all[1]).toMatchObject({ oldSql: 'CREATE TABLE one (a)', newSql: 'CREATE TABLE one (a, b)' });
    expect((await get('/schema-changes?cursor=x')).status).toBe(400);
  });

  it('keys are for everybody who is signed in', async () => {
    const viewer = await signInAs('viewer');
    const { status, body } = await callApp('GET', '/api/audit/keys', { as: viewer });
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { kid: 'k1', verifierKey: expect.stringMatching(/^breakwater\/audit\+[0-9a-f]{8}\+/) },
    ]);
    expect((await callApp('GET', '/api/audit', { as: viewer })).status).toBe(403);
  });
});
