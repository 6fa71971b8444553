import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { JOBS, runCron } from '../../src/cron.ts';
import { logLines } from '../helpers/worker/log-lines.ts';

describe('the cron', () => {
  it.each(Object.keys(JOBS))('runs every job of "%s" on an empty deployment, twice', async (cron) => {
    const lines = logLines();
    await runCron({ cron }, env);
    await runCron({ cron }, env);
    expect(lines.map(({ job }) => job)).toEqual([...(JOBS[cron] ?? []), ...(JOBS[cron] ?? [])].map(({ name }) => name));
  });

  it('has a line for each run, with what the line of a request has', async () => {
    const lines = logLines();
    await runCron({ cron: '3-58/5 * * * *' }, env);
    for (const line of lines) {
      expect(line).toEqual({
        ...{ ts: expect.any(Number), level: 'info', event: 'cron', outcome: 'ok', durationMs: expect.any(Number) },
        ...{ job: line.job, requestId: expect.stringMatching(/^[\da-f]{32}$/), traceId: line.requestId },
        counts: expect.any(Object),
      });
    }
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(JOBS['3-58/5 * * * *']?.length);
  });

  it('throws for an expression that has no line, so that a typing error in wrangler.toml is seen', async () => {
    await expect(runCron({ cron: '0 0 30 2 *' }, env)).rejects.toThrow('no job is listed');
  });

  it('runs the other jobs when one fails, and reports the failure', async () => {
    const lines = logLines();
    await env.DB.prepare('ALTER TABLE blocks RENAME TO blocks_away').run();
    await expect(runCron({ cron: '*/5 * * * *' }, env)).rejects.toThrow('compaction');
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      {
        ...{ event: 'cron_failed', job: 'compaction', outcome: 'failed' },
        cause: expect.stringContaining('no such table'),
      },
    ]);
    const ran = lines.filter(({ event }) => event === 'cron').map(({ job }) => job);
    expect(ran).toEqual(JOBS['*/5 * * * *']?.map(({ name }) => name).filter((name) => name !== 'compaction'));
    await env.DB.prepare('ALTER TABLE blocks_away RENAME TO blocks').run();
  });
});
