import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { runJob } from '../../src/jobs/index.ts';
import { expositionOf } from '../../src/observability/exposition.ts';
import { sealTrail } from '../../src/trail/index.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { projectWithKey } from '../helpers/worker/query.ts';

const ask = (key: string, minutes: number) =>
  callApp('GET', `/api/query/vitals/summary?from=${60_000 * minutes}&to=7200000`, { key });

describe('GET /api/metrics', () => {
  it('tells how many questions found a kept answer, of the projects that the caller may read', async () => {
    const [mine, other] = [await projectWithKey(['query']), await projectWithKey(['query'])];
    await ask(mine.key, 0);
    await ask(mine.key, 0);
    await ask(mine.key, 0);
    // Hits are written down with the next miss.
    await ask(mine.key, 1);
    await ask(other.key, 0);
    const answer = await callApp('GET', '/api/metrics', { key: mine.key });
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const labels = `project="${mine.id}",operation="vitals.summary"`;
    expect(answer.body).toContain(`breakwater_query_cache_requests_total{${labels},result="hit"} 2\n`);
    expect(answer.body).toContain(`breakwater_query_cache_requests_total{${labels},result="miss"} 2\n`);
    expect(answer.body).toContain(`breakwater_query_cache_hit_ratio{${labels}} 0.5\n`);
    expect(answer.body).not.toContain(other.id);
    const json = await callApp('GET', '/api/metrics?format=json', { key: other.key });
    expect(json.body.metrics[1]).toMatchObject({
      name: 'breakwater_query_cache_hit_ratio',
      samples: [{ labels: { project: other.id, operation: 'vitals.summary' }, value: 0 }],
    });
  });

  it('tells who administers how jobs, notices, database and audit trail are, and nobody else', async () => {
    const [admin, reader] = [await projectWithKey(['admin']), await projectWithKey(['query'])];
    const nowMs = Date.now();
    await runJob(testCtx({ nowMs: nowMs - 60_000 }), {
      name: 'a_job',
      description: 'It works.',
      run: async () => ({}),
    });
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const fails = { name: 'failing', description: 'It fails.', run: () => Promise.reject(new Error('no')) };
    await runJob(testCtx(), fails);
    const { body } = await callApp('GET', '/api/metrics', { key: admin.key });
    const figureOf = (series: string) => {
      const line = (body as string).split('\n').find((one) => one.startsWith(`${series} `));
      return line === undefined ? null : Number(line.split(' ').at(-1));
    };
    expect(figureOf('breakwater_job_runs_total{job="a_job"}')).toBe(1);
    expect(figureOf('breakwater_job_failures_total{job="a_job"}')).toBe(0);
    expect(figureOf('breakwater_job_failures_total{job="failing"}')).toBe(1);
    expect(figureOf('breakwater_job_last_success_timestamp_seconds{job="a_job"}')).toBeGreaterThan(nowMs / 1_000 - 61);
    expect(figureOf('breakwater_job_last_success_timestamp_seconds{job="failing"}')).toBeNull();
    expect(figureOf('breakwater_job_last_duration_seconds{job="a_job"}')).toBeGreaterThanOrEqual(0);
    expect(figureOf('breakwater_notices_unsent')).toBe(1);
    expect(figureOf('breakwater_database_bytes')).toBe((await env.DB.prepare('SELECT 1').run()).meta.size_after);
    expect(figureOf('breakwater_database_limit_bytes')).toBe(10_000_000_000);
    expect(figureOf('breakwater_archive_lag_seconds')).toBe(0);
    expect(figureOf('breakwater_archive_due_blocks')).toBe(0);
    const ready = await callApp('GET', '/api/ready');
    expect(ready.body).toMatchObject({
      archive: { lagMs: 0, dueBlocks: 0 },
      lag: { archiveMs: 0, archiveDueBlocks: 0 },
    });
    // Making the project and its key left entries that nobody has sealed.
    expect(figureOf('breakwater_audit_unsealed_seconds')).toBeGreaterThan(0);
    await sealTrail(testCtx());
    const sealed = (await callApp('GET', '/api/metrics', { key: admin.key })).body as string;
    expect(sealed).toContain('breakwater_audit_unsealed_seconds 0\n');
    const read = (await callApp('GET', '/api/metrics', { key: reader.key })).body as string;
    expect(read).not.toMatch(/breakwater_(job|notices|database|audit|archive)/);
  });

  it('escapes what a label may hold', () => {
    const samples = [{ labels: { a: 'b"c\\d\ne' }, value: 1 }];
    expect(expositionOf([{ name: 'm', help: 'h', type: 'gauge', samples }])).toBe(
      '# HELP m h\n# TYPE m gauge\nm{a="b\\"c\\\\d\\ne"} 1\n',
    );
  });
});
