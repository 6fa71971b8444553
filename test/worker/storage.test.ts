import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/env.ts';
import { measureStorage } from '../../src/jobs/index.ts';
import type { StorageUse } from '../../src/wire/jobs.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';

const sizeBytes = async () => (await env.DB.prepare('SELECT 1').run()).meta.size_after;
const notices = async () =>
  (await env.DB.prepare("SELECT id, severity FROM notices WHERE kind = 'database.nearly_full' ORDER BY id").all())
    .results;
/** As if the database had room for so many times what it holds. */
const ctxAt = async (share: number, nowMs = Date.now()) => {
  const databaseLimitBytes = Math.floor((await sizeBytes()) / share);
  return testCtx({ nowMs, config: { ...parseConfig(env), databaseLimitBytes } });
};

beforeEach(async () => {
  await env.DB.batch([env.DB.prepare('DELETE FROM storage_use'), env.DB.prepare('DELETE FROM notices')]);
});

describe('the use of storage', () => {
  it('is counted from the registers, once an hour, and the database is measured each time', async () => {
    const { id } = await createProject();
    const map = (file: string, bytes: number) =>
      env.DB.prepare(
        "INSERT INTO source_maps (project_id, release, file, bytes, packed_bytes, sha256, uploaded_at_ms, uploaded_by) VALUES (?1, 'r', ?2, 9, ?3, 'x', 0, 'u')",
      )
        .bind(id, file, bytes)
        .run();
    await map('a.js', 100);
    const admin = await signInAs('admin');
    const read = async () => (await callApp('GET', '/api/storage', { as: admin })).body as StorageUse;
    const mapsOf = ({ objects }: StorageUse) => objects.find(({ kind }) => kind === 'source_map');
    // Before cron has counted.
    expect(mapsOf(await read())).toEqual({ kind: 'source_map', objects: 1, bytes: 100 });
    const nowMs = Date.now();
    await measureStorage(testCtx({ nowMs }));
    await map('b.js', 50);
    await measureStorage(testCtx({ nowMs: nowMs + 3_599_999 }));
    const cached = await read();
    expect([mapsOf(cached)?.objects, cached.measuredAtMs]).toEqual([1, nowMs]);
    expect(cached.databaseBytes).toBe(await sizeBytes());
    expect(cached.databaseLimitBytes).toBe(parseConfig(env).databaseLimitBytes);
    await measureStorage(testCtx({ nowMs: nowMs + 3_600_000 }));
    const { objects } = await read();
    expect(objects).toEqual([
      { kind: 'archive', objects: 0, bytes: 0 },
      { kind: 'manifest', objects: 0, bytes: null },
      { kind: 'warehouse', objects: 0, bytes: 0 },
      { kind: 'source_map', objects: 2, bytes: 150 },
    ]);
  });

  it('is told to the operators at 80 % and at 95 % of the limit, once each', async () => {
    await measureStorage(await ctxAt(0.5));
    expect(await notices()).toEqual([]);
    for (const share of [0.81, 0.85, 0.96, 0.99]) await measureStorage(await ctxAt(share));
    expect((await notices()).map(({ severity }) => severity)).toEqual(['warning', 'critical']);
    await measureStorage(await ctxAt(0.99));
    expect(await notices()).toHaveLength(2);
    // Room was made, and it fills up again the day after.
    const tomorrowMs = Date.now() + 24 * 3_600_000;
    await measureStorage(await ctxAt(0.5, tomorrowMs));
    await measureStorage(await ctxAt(0.81, tomorrowMs));
    expect(await notices()).toHaveLength(3);
  });

  it('takes a handful of statements', async () => {
    const { db, count } = countingStatements(env.DB);
    const ctx = await ctxAt(0.97);
    await measureStorage({ ...ctx, env: { ...env, DB: db } });
    expect(count()).toBe(4);
    await measureStorage({ ...ctx, env: { ...env, DB: db } });
    expect(count()).toBe(5);
  });
});
