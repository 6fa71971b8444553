import { describe, expect, it } from 'vitest';
import { expositionOf, type Metric } from '../../src/observability/exposition.ts';
import type { Totals } from '../../src/observability/red/object.ts';
import { gaugeMetrics, redMetrics } from '../../src/observability/red/red-metrics.ts';
import { SeriesSet } from '../../src/observability/red/series-set.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');

const totals = (): Totals => {
  const set = new SeriesSet(10);
  set.observe('requests\nGET\n/api/projects/:id', T0, 4, 1, 'trace-a');
  set.observe('requests\nGET\n/api/projects/:id', T0 + 1, 1_500, 4, 'trace-b');
  set.observe('requests\nGET\n/api/projects/:id', T0 + 2, 70_000, 1, null);
  set.observe('calls\nd1\nbatch', T0, 10, 0, null);
  return { rows: set.rows(), gauges: [], inFlight: { requests: 3 }, dropped: 2, isolates: 1 };
};

describe('the text for Prometheus', () => {
  it('has cumulative buckets in seconds, a sum and a count', () => {
    const text = expositionOf(redMetrics(totals()));
    const labels = 'method="GET",route="/api/projects/:id"';
    const name = 'breakwater_http_request_duration_seconds';
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}_`));
    const buckets = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '30', '60', '+Inf'];
    const counts = [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3];
    expect(lines).toEqual([
      ...buckets.map((le, index) => `${name}_bucket{${labels},le="${le}"} ${counts[index]}`),
      `${name}_sum{${labels}} 71.504`,
      `${name}_count{${labels}} 3`,
    ]);
    expect(text).toContain(`# TYPE ${name} histogram\n`);
    expect(text).toContain(`breakwater_http_requests_total{${labels},status="2xx"} 2\n`);
    expect(text).toContain(`breakwater_http_requests_total{${labels},status="5xx"} 1\n`);
    expect(text).toContain('breakwater_calls_total{target="d1",operation="batch",outcome="ok"} 1\n');
    expect(text).toContain('breakwater_metrics_series_dropped_total 2\n');
    expect(text).toContain('breakwater_in_flight{what="requests"} 3\n');
    expect(text).not.toContain('trace-a');
  });

  it('declares each metric once and has no series twice', () => {
    const text = expositionOf(redMetrics(totals()));
    const lines = text.split('\n');
    const declared = lines.filter((line) => line.startsWith('# TYPE'));
    expect(new Set(declared).size).toBe(declared.length);
    const series = lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.replace(/ \S+$/, ''));
    expect(new Set(series).size).toBe(series.length);
  });
});

describe('the text of OpenMetrics', () => {
  const text = expositionOf(redMetrics(totals()), 'openmetrics');

  it('ends with # EOF and names counters without their suffix', () => {
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    expect(text.match(/# EOF/g)).toHaveLength(1);
    expect(text).toContain('# TYPE breakwater_http_requests counter\n');
    expect(text).toContain('breakwater_http_requests_total{method="GET",route="/api/projects/:id",status="5xx"} 1\n');
    expect(text).not.toContain('# TYPE breakwater_http_requests_total');
  });

  it('has the request of a bucket as its exemplar, with value and time', () => {
    const labels = 'method="GET",route="/api/projects/:id"';
    const name = 'breakwater_http_request_duration_seconds_bucket';
    expect(text).toContain(`${name}{${labels},le="0.005"} 1 # {trace_id="trace-a"} 0.004 ${T0 / 1_000}.000\n`);
    expect(text).toContain(`${name}{${labels},le="2.5"} 2 # {trace_id="trace-b"} 1.5 ${T0 / 1_000}.001\n`);
    expect(text).toContain(`${name}{${labels},le="1.0"} 1\n`);
    expect(text).toContain(`${name}{${labels},le="+Inf"} 3\n`);
  });
});

describe('gauges of objects', () => {
  const said = (gauge: 'sockets' | 'sealLag', projectId: string, owner: string, value: number) => ({
    ...{ gauge, projectId, owner, value, atMs: T0 },
  });
  const gauges = [
    said('sockets', 'a', 'a', 2),
    said('sockets', 'b', 'b', 1),
    said('sealLag', 'a', 'a/0', 0),
    said('sealLag', 'a', 'a/1', T0 - 5_000),
    said('sealLag', 'a', 'a/2', T0 - 9_000),
    said('sealLag', 'b', 'b/0', 0),
  ];
  const samples = (metrics: Metric[], name: string) =>
    metrics.find((metric) => metric.name === name)?.samples.map(({ labels, ...rest }) => [labels.project, rest]);

  it('are of the projects that may be read', () => {
    const mine = gaugeMetrics(gauges, ['a'], T0);
    expect(samples(mine, 'breakwater_sockets')).toEqual([['a', { value: 2 }]]);
    expect(samples(gaugeMetrics(gauges, null, T0), 'breakwater_sockets')).toHaveLength(2);
  });

  it('tell the lag of the oldest, as it is when somebody reads', () => {
    const metrics = gaugeMetrics(gauges, null, T0 + 1_000);
    expect(samples(metrics, 'breakwater_seal_lag_seconds')).toEqual([
      ['a', { value: 10 }],
      ['b', { value: 0 }],
    ]);
  });
});
