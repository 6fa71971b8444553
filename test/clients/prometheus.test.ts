/** promtool and a Prometheus server as Debian packages them, unmodified, against a server of ours. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { freePort, temporaryFolder, until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

const isHere = ['promtool', 'prometheus'].every((name) => spawnSync(name, ['--version']).status === 0);

let server: StartedWorkerd;
let key: string;

/** The server answers some requests, so that there is something to tell. */
beforeAll(async () => {
  if (!isHere) return;
  server = await startWorkerd();
  const admin = await server.signIn();
  const { id } = (await admin.post('/api/projects', { name: 'Measured' })) as { id: string };
  const made = await admin.post(`/api/projects/${id}/keys`, { name: 'scraper', scopes: ['admin', 'ingest'] });
  key = (made as { key: string }).key;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  await fetch(`${server.url}/api/ingest`, { method: 'POST', headers, body: '{"message":"hello"}' });
  await fetch(`${server.url}/api/none`, { headers });
});
afterAll(() => server?.stop());

const scrape = (accept: string) =>
  fetch(`${server.url}/api/metrics`, { headers: { authorization: `Bearer ${key}`, accept } });

/** Ends with the test. Returns its URL. */
async function startPrometheus(): Promise<string> {
  const dir = temporaryFolder('prometheus');
  const port = await freePort();
  writeFileSync(
    path.join(dir, 'prometheus.yml'),
    `scrape_configs:
  - job_name: breakwater
    scrape_interval: 1s
    metrics_path: /api/metrics
    authorization: { credentials: ${key} }
    static_configs: [{ targets: ['${new URL(server.url).host}'] }]
`,
  );
  const args = [`--config.file=${dir}/prometheus.yml`, `--storage.tsdb.path=${dir}/data`];
  const options = [`--web.listen-address=127.0.0.1:${port}`, '--enable-feature=exemplar-storage'];
  const child = spawn('prometheus', [...args, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await until('Prometheus is ready', async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${errors}`);
    return fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return url;
}

describe.skipIf(!isHere)('Prometheus', () => {
  it('finds nothing to complain of in the text (promtool check metrics)', async () => {
    const answer = await scrape('text/plain');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    expect(text).toContain('breakwater_http_requests_total{method="POST",route="/api/ingest",status="2xx"} 1\n');
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect({ code: checked.status, said: checked.stdout + checked.stderr }).toEqual({ code: 0, said: '' });
  });

  it('scrapes OpenMetrics by its own choice, and has histograms and exemplars that its queries find', async () => {
    const answer = await scrape('application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5');
    expect(answer.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const url = await startPrometheus();
    const ask = async (route: string, query: string) => {
      const parameters = new URLSearchParams({
        query,
        start: String(Date.now() / 1_000 - 3_600),
        end: String(Date.now() / 1_000 + 60),
      });
      return ((await (await fetch(`${url}/api/v1/${route}?${parameters}`)).json()) as { data: unknown }).data;
    };
    const figureOf = async (query: string) => {
      const { result } = (await ask('query', query)) as { result: { value: [number, string] }[] };
      return result[0]?.value[1] ?? null;
    };
    await until('a scrape has come', async () => (await figureOf('breakwater_isolates')) !== null, 60_000);
    const { activeTargets } = (await ask('targets', '')) as { activeTargets: { health: string; lastError: string }[] };
    expect(activeTargets.map(({ health, lastError }) => [health, lastError])).toEqual([['up', '']]);
    expect(await figureOf('breakwater_http_requests_total{route="/api/ingest",status="2xx"}')).toBe('1');
    expect(await figureOf('breakwater_http_requests_total{route="(none)",status="4xx"}')).toBe('1');
    const quantile = 'histogram_quantile(0.99, breakwater_http_request_duration_seconds_bucket{route="/api/ingest"})';
    expect(Number(await figureOf(quantile))).toBeGreaterThan(0);
    expect(await figureOf('breakwater_calls_total{target="journal",operation="append",outcome="ok"}')).toBe('1');
    const exemplars = (await ask('query_exemplars', 'breakwater_http_request_duration_seconds_bucket')) as {
      exemplars: { labels: { trace_id: string } }[];
    }[];
    const traceIds = exemplars.flatMap((series) => series.exemplars.map(({ labels }) => labels.trace_id));
    expect(traceIds.length).toBeGreaterThan(0);
    for (const traceId of traceIds) expect(traceId).toMatch(/^[\da-f]{32}$/);
  });

  it('understands every expression of the dashboard for Grafana', async () => {
    const dashboard = readFileSync(path.join(PROJECT_DIR, 'docs/grafana/breakwater.json'), 'utf8');
    const panels = (JSON.parse(dashboard) as { panels: { targets?: { expr: string }[] }[] }).panels;
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(20);
    const url = await startPrometheus();
    const known = new Set(
      (await (await scrape('text/plain')).text()).split('\n').flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? []),
    );
    for (const expr of expressions) {
      const query = expr
        .replaceAll('$__rate_interval', '1m')
        .replaceAll('$route', '.*')
        .replaceAll('$job', 'breakwater');
      const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`);
      expect([expr, answer.status]).toEqual([expr, 200]);
      const names = [...query.matchAll(/breakwater_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
      expect(names.filter((name) => !known.has(name))).toEqual([]);
    }
  });
});
