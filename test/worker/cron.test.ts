import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { JOBS, runCron } from '../../src/cron.ts';

describe('the cron', () => {
  it.each(Object.keys(JOBS))('runs every job of "%s" on an empty deployment, twice', async (cron) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await runCron({ cron }, env);
    await runCron({ cron }, env);
    const names = log.mock.calls.map(([line]) => (JSON.parse(String(line)) as { job: string }).job);
    expect(names).toEqual([...(JOBS[cron] ?? []), ...(JOBS[cron] ?? [])].map((job) => job.name));
    log.mockRestore();
  });

  it('throws for an expression that has no line, so that a typing error in wrangler.toml is seen', async () => {
    await expect(runCron({ cron: '0 0 30 2 *' }, env)).rejects.toThrow('no job is listed');
  });

  it('runs the other jobs when one fails, and reports the failure', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await env.DB.prepare('ALTER TABLE blocks RENAME TO blocks_away').run();
    await expect(runCron({ cron: '*/5 * * * *' }, env)).rejects.toThrow('compaction');
    expect(error.mock.calls.map(([line]) => JSON.parse(String(line)))).toMatchObject([
      { event: 'cron_failed', job: 'compaction', cause: expect.stringContaining('no such table') },
    ]);
    const ran = log.mock.calls.map(([line]) => (JSON.parse(String(line)) as { job: string }).job);
    expect(ran).toEqual(JOBS['*/5 * * * *']?.map(({ name }) => name).filter((name) => name !== 'compaction'));
    await env.DB.prepare('ALTER TABLE blocks_away RENAME TO blocks').run();
    log.mockRestore();
    error.mockRestore();
  });
});
