import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { runCron } from '../../src/cron.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';

const count = async (sql: string) => (await env.DB.prepare(sql).first<{ n: number }>())?.n ?? 0;

describe('the cron run of rollups', () => {
  it('stays within the thousand statements of an invocation, however much there is to do, and large rows are folded', async () => {
    // Rows as large as they get: one statement each, and more of them than a run can write.
    const label = JSON.stringify({ user: JSON.stringify([['v'.repeat(450_000), [1, 5, 5, 5, 0, 5, '']]]) });
    const total = JSON.stringify([1, 5, 5, 5, 0, 5, '']);
    const recentMs = Date.now();
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
         INSERT INTO rollups SELECT 'prj_large', 'metrics', 60, 'm' || i, ?1, '0.1', ?2, ?3 FROM n`,
      ).bind(recentMs, total, label),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
         INSERT INTO rollups SELECT 'prj_many' || (i % 7), 'vitals', 60, 'm', ?2 - i * 1000, '0.' || (i % 3 + 1), ?1, '{}' FROM n`,
      ).bind(total, recentMs),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
         INSERT INTO rollups SELECT 'prj_old', 'metrics', 1, 'm', i * 60000, '', ?1, '{}' FROM n`,
      ).bind(total),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
         INSERT INTO rollups SELECT 'prj_old', 'errors', 1440, 'made-up-' || i, 0, '', ?1, '{}' FROM n`,
      ).bind(total),
      env.DB.prepare(
        `INSERT INTO rollups VALUES ('prj_old', 'errors', 1440, '(all)', 0, '', ?1, '{}'),
         ('prj_old', 'metrics', 1440, 'm', 0, '', ?1, '{}'), ('prj_old', 'errors', 1440, 'recent', ?2, '', ?1, '{}')`,
      ).bind(total, recentMs),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
         INSERT INTO rollup_series SELECT 'prj_old', 's' || i, '[0,0,0]', 0 FROM n`,
      ),
    ]);
    const loose = () => count("SELECT count(*) AS n FROM rollups WHERE source <> ''");
    const { db, count: statements } = countingStatements(env.DB);
    await runCron({ cron: '3-58/5 * * * *' }, { ...env, DB: db });
    expect(statements()).toBeGreaterThan(300);
    // Seven deletes of minutes, one of hours, three of days and three of series were made, and there may be 40 of each.
    expect(statements()).toBeLessThan(1_000 - 33 - 39 - 37 - 37);
    expect(await count('SELECT count(*) AS n FROM rollups WHERE resolution = 1')).toBe(0);
    const { results } = await env.DB.prepare('SELECT name FROM rollups WHERE resolution = 1440 ORDER BY name').all();
    expect(results.map(({ name }) => name)).toEqual(['(all)', 'm', 'recent']);
    expect(await count('SELECT count(*) AS n FROM rollup_series')).toBe(0);
    expect(await loose()).toBe(0);
    expect(await count("SELECT count(*) AS n FROM rollups WHERE project_id = 'prj_large' AND source = ''")).toBe(60);
    expect(await count('SELECT sum(total->>0) AS n FROM rollups WHERE resolution = 60')).toBe(60_060);
  });
});
