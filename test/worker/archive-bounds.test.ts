import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { archiveLag } from '../../src/archive/index.ts';
import { moveBlocks } from '../../src/archive/move/archive-blocks.ts';
import { readArchivePage } from '../../src/archive/read/read-archives.ts';
import { readStatus } from '../../src/archive/read/status.ts';
import { JOBS, runCron } from '../../src/cron.ts';
import { createProject } from '../helpers/worker/accounts.ts';
import { archivesOf, at, DAY_MS, NOW_MS, projectWithBlocks, recordsOf } from '../helpers/worker/archive.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { logLines } from '../helpers/worker/log-lines.ts';

const LINE = '4-59/5 * * * *';
/** So many entries a page must be quick with. */
const MANY = 100_000;

/** Lines of the log, and not of the errors. */
let lines: ReturnType<typeof logLines>;
beforeEach(() => {
  lines = logLines();
});

describe('a run of the cron line', () => {
  it('stays within the thousand statements of an invocation, and gives each project its turn', async () => {
    const now = Date.now();
    const [old, older] = [now - 40 * DAY_MS, now - 100 * DAY_MS];
    // Each project has work for each job: five days due, an archive to cool, to expire and to reclass.
    const ids: string[] = [];
    for (let i = 0; i < 25; i++) {
      const { id } = await projectWithBlocks([{ ts: older }, { ts: older - 3_000 * DAY_MS }]);
      await moveBlocks(at(now - 2 * DAY_MS), { projectId: id, isPatient: true });
      ids.push(id);
    }
    await env.DB.batch(
      ids.flatMap((id) =>
        [0, 1, 2, 3, 4].map((day) =>
          env.DB.prepare(
            `INSERT INTO blocks (id, project_id, shard, stream, first_seq, last_seq, records, min_ts, max_ts, summary, raw_bytes, packed_bytes, sha256, sealed_at_ms)
             SELECT id || '~' || ?2, project_id, 1, stream, ?2, ?2 + 1, records, ?3, ?3 + 1, summary, raw_bytes, packed_bytes, sha256, 0
             FROM blocks WHERE project_id = ?1 AND shard = 0 LIMIT 1`,
          ).bind(id, day, old - day * DAY_MS),
        ),
      ),
    );
    await env.DB.prepare(
      `INSERT INTO block_payloads (block_id, data) SELECT b.id, p.data FROM blocks b JOIN block_payloads p ON p.block_id = substr(b.id, 1, instr(b.id, '~') - 1)
       WHERE b.shard = 1`,
    ).run();
    const { db, count } = countingStatements(env.DB);
    await runCron({ cron: LINE }, { ...env, DB: db });
    expect(count()).toBeGreaterThan(400);
    expect(count()).toBeLessThan(1_000);
    const { results } = await env.DB.prepare(
      `SELECT count(*) AS n, count(DISTINCT project_id) AS projects FROM archives WHERE created_at_ms >= ?1`,
    )
      .bind(now)
      .all();
    // One each, and nobody two before another has one.
    expect(results).toEqual([{ n: 16, projects: 16 }]);
    expect(lines).toMatchObject((JOBS[LINE] ?? []).map(({ name }) => ({ job: name })));
    expect(lines).toMatchObject([
      { counts: { objects: 16, left: 1, failed: 0 } },
      { counts: { archives: 40, failed: 0 } },
      { counts: { expired: 15, failed: 0 } },
      { counts: { archives: 10, failed: 0 } },
      { counts: { made: 0, failed: 0 } },
    ]);
    for (let run = 0; run < 12; run++) await runCron({ cron: LINE }, env);
    for (const id of ids) {
      expect(await recordsOf(id)).toHaveLength(12);
      const left = await archivesOf(id);
      expect(left.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'current'));
      expect(left[0]?.storage_class).toBe('InfrequentAccess');
    }
  });
});

describe('with a hundred thousand entries', () => {
  it('the list, the status and the lag come from indexes', async () => {
    const { id } = await createProject();
    const rows = `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY - 1})`;
    await env.DB.batch([
      env.DB.prepare(
        `${rows} INSERT INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts,
           sha256, storage_class, created_at_ms, verified_at_ms, manifest_sequence, sources)
         SELECT 'arc_' || i, ?1, date(i / 10 * 86400 / 4, 'unixepoch'), i, iif(i % 1000 = 0, 'spans', 'logs'), 'current', 'k' || i, 1, 10, 100, 10,
           i * 2160000, i * 2160000 + 10, '', 'InfrequentAccess', 0, 0, 1, '[]' FROM n`,
      ).bind(id),
      env.DB.prepare(
        `${rows} INSERT INTO blocks (id, project_id, shard, stream, first_seq, last_seq, records, min_ts, max_ts, summary, raw_bytes, packed_bytes, sha256, sealed_at_ms)
         SELECT ?1 || i, ?1, 0, 'logs', i, i, 1, ?2 + i, ?2 + i, printf('%300d', i), 100, 10, '', 0 FROM n`,
      ).bind(id, NOW_MS - 31 * DAY_MS),
    ]);
    const ctx = at(NOW_MS);
    const page = { stream: null, fromMs: -8.64e15, toMs: 8.64e15, after: null, limit: 200 };
    const took = async (what: () => Promise<unknown>) => {
      const startedMs = performance.now();
      await what();
      return performance.now() - startedMs;
    };
    expect(await readStatus(ctx, id)).toMatchObject({
      archives: MANY,
      records: 10 * MANY,
      due: MANY,
      hot: { records: MANY },
    });
    const { projects } = await archiveLag(ctx);
    expect(projects).toContainEqual({ projectId: id, due: MANY, lagMs: DAY_MS });
    expect((await readArchivePage(ctx, id, page)).items).toHaveLength(200);
    const rare = { ...page, stream: 'spans' as const };
    expect((await readArchivePage(ctx, id, rare)).items).toHaveLength(100);
    const early = { ...page, fromMs: 0, toMs: DAY_MS };
    expect((await readArchivePage(ctx, id, early)).items).toHaveLength(40);
    for (const [what, read] of Object.entries({
      status: () => readStatus(ctx, id),
      lag: () => archiveLag(ctx),
      list: () => readArchivePage(ctx, id, page),
      'list of a rare stream': () => readArchivePage(ctx, id, rare),
      'list of the first day': () => readArchivePage(ctx, id, early),
    })) {
      const times = [await took(read), await took(read), await took(read)];
      expect(Math.min(...times), what).toBeLessThan(1_000);
    }
  });
});
