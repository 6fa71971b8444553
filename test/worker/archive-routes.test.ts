import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { gunzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { coolArchives } from '../../src/archive/keep/cool.ts';
import { moveBlocks } from '../../src/archive/move/archive-blocks.ts';
import { restoreRange } from '../../src/archive/restore/restore.ts';
import type { Archive } from '../../src/wire/archive.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import {
  archivesOf,
  at,
  DAY_MS,
  payloadsOf,
  projectWithBlocks,
  recordsOf,
  sealBlocks,
} from '../helpers/worker/archive.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';

/** Routes have the clock of this machine. */
const NOW_MS = Date.now();
const OLD = NOW_MS - (NOW_MS % DAY_MS) - 60 * DAY_MS + DAY_MS / 2;
const SPECS = [{ ts: OLD, records: 3 }, { ts: OLD + 60_000 }, { ts: OLD, stream: 'spans' as const }];

let admin: SignedIn;
beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

async function archived(specs = SPECS): Promise<{ id: string; archives: Archive[] }> {
  const { id } = await projectWithBlocks(specs);
  await moveBlocks(at(NOW_MS), { projectId: id, isPatient: true });
  const { body } = await callApp('GET', `/api/archives?project=${id}`, { as: admin });
  return { id, archives: body.items };
}

const get = (path: string): Promise<Answer> => callApp('GET', path, { as: admin });
const post = (path: string, body?: unknown): Promise<Answer> => callApp('POST', path, { as: admin, body });

describe('the list of archives', () => {
  it('has the newest day first, in pages, with what a reader wants to know of each', async () => {
    const { id } = await archived([...SPECS, { ts: OLD + DAY_MS }, { ts: OLD + 2 * DAY_MS }]);
    const seen: Archive[] = [];
    let cursor = '';
    do {
      const { body } = await get(`/api/archives?project=${id}&limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items);
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen.map(({ number, stream }) => `${number} ${stream}`)).toEqual(['1 logs', '1 logs', '2 logs', '1 spans']);
    expect([...seen].sort((a, b) => (a.day < b.day ? 1 : -1)).map(({ day }) => day)).toEqual(
      seen.map(({ day }) => day),
    );
    expect(seen[2]).toMatchObject({
      ...{ projectId: id, state: 'current', blocks: 2, records: 5, storageClass: 'Standard', failedReads: 0 },
      ...{ verified: { atMs: NOW_MS, ok: true, problem: null }, hotUntilMs: NOW_MS + DAY_MS, holdId: null },
      expiresAtMs: OLD + 61_000 + (7 * 365 + 2) * DAY_MS,
    });
    expect(seen[2]).not.toHaveProperty('sources');
    const spans = await get(`/api/archives?project=${id}&stream=spans`);
    expect(spans.body.items).toHaveLength(1);
    const range = await get(`/api/archives?project=${id}&from=${OLD + DAY_MS}&to=${OLD + DAY_MS + 1}`);
    expect(range.body.items).toHaveLength(1);
  });

  it.each(['limit=0', 'limit=1001', 'cursor=x', 'stream=none', 'from=soon', 'from=2&to=1'])(
    'refuses ?%s',
    async (query) => {
      const { id } = await createProject();
      expect(await get(`/api/archives?project=${id}&${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_input' },
      });
    },
  );

  it('has one with the manifest of its day, and none of another tenant', async () => {
    const { id, archives } = await archived();
    const one = await get(`/api/archives/${archives[0]?.id}`);
    expect(one.body).toMatchObject({
      id: archives[0]?.id,
      manifest: { projectId: id, sequence: 1, batches: [{}, {}] },
    });
    const other = await archived();
    const outsider = await signInAs('analyst', [other.id]);
    for (const path of ['', '/download']) {
      const answer = await callApp('GET', `/api/archives/${archives[0]?.id}${path}`, { as: outsider });
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
    const { key } = await createKey(other.id, ['admin']);
    expect((await callApp('POST', `/api/archives/${archives[0]?.id}/verify`, { key })).status).toBe(404);
    expect((await get(`/api/archives/${archives[0]?.id}?project=${other.id}`)).status).toBe(404);
    expect((await get('/api/archives/arc_none')).body.detail).toBe('No archive that you may see has that id.');
  });
});

describe('the status', () => {
  it('says what is archived, what is hot, and how late the archive is', async () => {
    const { id } = await archived();
    await sealBlocks(id, [
      { ts: NOW_MS - 1_000_000, stream: 'errors' },
      { ts: NOW_MS - 30 * DAY_MS - 3_600_000, stream: 'metrics' },
    ]);
    const { body } = await get(`/api/archives/status?project=${id}`);
    expect(body).toMatchObject({
      ...{ archives: 2, records: 7, due: 1, hotDaysInForce: 30, manifestSequence: 1 },
      hot: { blocks: 2, records: 4, oldestTs: NOW_MS - 30 * DAY_MS - 3_599_000 },
      settings: { hotDays: 30, retentionDays: 2557 },
    });
    expect(body.oldestDay).toBe(body.newestDay);
    expect(Math.abs(body.lagMs - 3_599_000)).toBeLessThan(60_000);
  });
});

describe('a download', () => {
  it('is the object as it is, for zcat and for programs that read gzip, and is told', async () => {
    const { archives } = await archived();
    const archive = archives.find(({ stream }) => stream === 'logs') as Archive;
    const { key } = await createKey(archive.projectId, ['query']);
    const request = new Request(`http://localhost/api/archives/${archive.id}/download`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const response = await createApp().fetch(request, env, createExecutionContext());
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-type')).toBe('application/gzip');
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="${archive.projectId}-${archive.day}-batch-0002.ndjson.gz"`,
    );
    expect(bytes.byteLength).toBe(archive.packedBytes);
    const lines = gunzipSync(bytes).toString('utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).message)).toEqual([
      'a record 0',
      'a record 1',
      'a record 2',
      'a record 0',
      'a record 1',
    ]);
    expect((await auditOf(archive.id)).map(({ action }) => action)).toEqual(['archive.download']);
  });

  it('of an object that is gone is no fault of the caller', async () => {
    const { archives } = await archived();
    await env.STORE.delete(archives[0]?.key ?? '');
    const answer = await get(`/api/archives/${archives[0]?.id}/download`);
    expect([answer.status, answer.body.code]).toEqual([409, 'archive_damaged']);
  });
});

describe('verification', () => {
  it('reads an archive again, counts its lines, and writes down that it is whole', async () => {
    const { archives } = await archived();
    const archive = archives.find(({ stream }) => stream === 'logs') as Archive;
    const { body } = await post(`/api/archives/${archive.id}/verify`);
    expect(body).toMatchObject({ ok: true, records: 5, rawBytes: archive.rawBytes, problems: [] });
    expect((await auditOf(archive.id)).map(({ action }) => action)).toEqual(['archive.verify']);
    const { verified } = (await get(`/api/archives/${archive.id}`)).body;
    expect(verified).toEqual({ atMs: body.checkedAtMs, ok: true, problem: null });
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array, RegExp]>([
    ['a bit that flipped', (bytes) => bytes.map((byte, i) => (i === 30 ? byte ^ 4 : byte)), /another hash/],
    ['an end that is missing', (bytes) => bytes.subarray(0, -5), /not \d+\./],
    ['bytes behind the end', (bytes) => new Uint8Array([...bytes, 0]), /The blocks end at/],
  ])('finds %s, keeps saying so and tells the operators', async (_, damage, problem) => {
    const { archives } = await archived();
    const archive = archives[0] as Archive;
    const bytes = new Uint8Array(await ((await env.STORE.get(archive.key)) as R2ObjectBody).arrayBuffer());
    await env.STORE.put(archive.key, damage(bytes));
    const { body } = await post(`/api/archives/${archive.id}/verify`);
    expect(body.ok).toBe(false);
    expect(body.problems.join(' ')).toMatch(problem);
    expect((await get(`/api/archives/${archive.id}`)).body.verified).toMatchObject({ ok: false });
    const sql = `SELECT count(*) AS n FROM notices WHERE kind = 'archive.failed' AND detail ->> 'archive' = ?1`;
    expect(await env.DB.prepare(sql).bind(archive.id).first()).toEqual({ n: 1 });
  });

  it('walks the chain of manifests, and finds what was taken out of it or put into it', async () => {
    const { id } = await archived([...SPECS, { ts: OLD + DAY_MS }]);
    const chain = () => post(`/api/archives/verify?project=${id}`);
    expect((await chain()).body).toMatchObject({
      ...{ ok: true, records: 9, problems: [], fromSequence: 1, toSequence: 2, nextSequence: null },
    });
    const [one, two] = [`archive/${id}/manifests/1.json`, `archive/${id}/manifests/2.json`];
    const text = await ((await env.STORE.get(two)) as R2ObjectBody).text();
    await env.STORE.put(two, text.replace('"records":', '"records":1'));
    expect((await chain()).body.problems.join(' ')).toMatch(/Version 2 has another hash than its row/);
    await env.STORE.put(two, text);
    expect((await chain()).body.ok).toBe(true);
    await env.STORE.delete(one);
    expect((await chain()).body.problems).toEqual(['Version 1 is not there.']);
    const after = await post(`/api/archives/verify?project=${id}&after=1`);
    expect(after.body).toMatchObject({ ok: true, fromSequence: 2, toSequence: 2 });
    await env.DB.prepare('DELETE FROM archive_manifests WHERE project_id = ?1 AND sequence = 1').bind(id).run();
    expect((await chain()).body.problems.join(' ')).toMatch(
      /Version 1 is in no row. Version 2 names another version before it/,
    );
  });
});

describe('run', () => {
  it('moves at once what is due, also what the cron would let wait, and is told', async () => {
    const day = NOW_MS - (NOW_MS % DAY_MS);
    const { id } = await projectWithBlocks([{ ts: Math.max(day, NOW_MS - 3_600_000) - 30 * DAY_MS }]);
    const { body } = await post('/api/archives/run', { project: id });
    expect(body).toMatchObject({ blocks: 1, records: 2, objects: 1, done: true });
    expect((await auditOf(id)).map(({ action }) => action)).toContain('archive.run');
    expect((await post('/api/archives/run', { project: 'prj_none' })).status).toBe(404);
    expect((await post('/api/archives/run', {})).status).toBe(200);
    const analyst = await signInAs('analyst');
    expect((await callApp('POST', '/api/archives/run', { as: analyst, body: {} })).status).toBe(403);
  });
});

describe('restore', () => {
  const RANGE = { fromMs: OLD - 1, toMs: OLD + DAY_MS, days: 3 };

  it('brings payloads of a range back into the database for some days, and then they leave again', async () => {
    const { id } = await archived();
    await coolArchives(at(NOW_MS + DAY_MS));
    expect(await payloadsOf(id)).toBe(0);
    const before = await recordsOf(id);
    const { body } = await post(`/api/archives/restore?project=${id}`, { ...RANGE, stream: 'logs' });
    expect(body).toMatchObject({ blocks: 2, done: true });
    expect(body.hotUntilMs - Date.now()).toBeGreaterThan(2.9 * DAY_MS);
    expect(await payloadsOf(id)).toBe(2);
    expect(await recordsOf(id)).toEqual(before);
    expect((await post(`/api/archives/restore?project=${id}`, RANGE)).body).toMatchObject({ blocks: 1, done: true });
    expect((await auditOf(id)).map(({ action }) => action)).toContain('archive.restore');
    await coolArchives(at(NOW_MS + 2 * DAY_MS));
    expect(await payloadsOf(id)).toBe(3);
    await coolArchives(at(NOW_MS + 4 * DAY_MS));
    expect(await payloadsOf(id)).toBe(0);
  });

  it('keeps what is here still for as long, and refuses where the database is nearly full or the object is damaged', async () => {
    const { id, archives } = await archived([{ ts: OLD }]);
    expect((await post(`/api/archives/restore?project=${id}`, RANGE)).body).toMatchObject({ blocks: 0, done: true });
    await coolArchives(at(NOW_MS + 2 * DAY_MS));
    expect(await payloadsOf(id)).toBe(1);
    await coolArchives(at(NOW_MS + 4 * DAY_MS));
    const full = testCtx({ config: { ...testCtx().config, databaseLimitBytes: 10_000 } });
    expect(await restoreRange(full, id, { ...RANGE, stream: null })).toEqual({
      ok: false,
      error: { kind: 'database_nearly_full' },
    });
    const bytes = new Uint8Array(await ((await env.STORE.get(archives[0]?.key ?? '')) as R2ObjectBody).arrayBuffer());
    await env.STORE.put(
      archives[0]?.key ?? '',
      bytes.map((byte) => byte ^ 1),
    );
    const damaged = await post(`/api/archives/restore?project=${id}`, RANGE);
    expect([damaged.status, damaged.body.code]).toEqual([409, 'archive_damaged']);
    expect((await archivesOf(id))[0]?.problem).toMatch(/is not what its index row says/);
    expect(await payloadsOf(id)).toBe(0);
  });

  it('dies at any step without losing a record, and goes on when it is called again', async () => {
    const boundaries = await atEachFaultPoint(env, {
      prepare: async () => {
        const { id } = await projectWithBlocks(SPECS);
        await moveBlocks(at(NOW_MS), { projectId: id, isPatient: true });
        await coolArchives(at(NOW_MS + DAY_MS));
        return { id, before: await recordsOf(id) };
      },
      act: (faulty, { id }) => restoreRange(at(NOW_MS + DAY_MS, { env: faulty }), id, { ...RANGE, stream: null }),
      check: async ({ id, before }, place) => {
        expect(await recordsOf(id), place).toEqual(before);
        await restoreRange(at(NOW_MS + DAY_MS), id, { ...RANGE, stream: null });
        expect(await payloadsOf(id), place).toBe(3);
        expect(await recordsOf(id), place).toEqual(before);
      },
    });
    expect(boundaries).toBeGreaterThanOrEqual(12);
  });
});
