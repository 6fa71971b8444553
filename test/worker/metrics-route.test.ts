import { describe, expect, it } from 'vitest';
import { expositionOf } from '../../src/observability/exposition.ts';
import { callApp } from '../helpers/worker/call-app.ts';
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

  it('escapes what a label may hold', () => {
    const samples = [{ labels: { a: 'b"c\\d\ne' }, value: 1 }];
    expect(expositionOf([{ name: 'm', help: 'h', type: 'gauge', samples }])).toBe(
      '# HELP m h\n# TYPE m gauge\nm{a="b\\"c\\\\d\\ne"} 1\n',
    );
  });
});
