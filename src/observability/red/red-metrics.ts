import { percentiles } from '../../rollups/index.ts';
import type { Histogram, Metric } from '../exposition.ts';
import {
  BOUNDS_MS,
  FAMILIES,
  FAMILY_NAMES,
  type Family,
  GAUGES,
  type GaugeName,
  labelsOf,
  partsOf,
} from './families.ts';
import type { Totals } from './object.ts';
import type { Gauge } from './registry.ts';
import { type Series, SeriesSet } from './series-set.ts';

/** Of the deployment as a whole, since it began. Pure. */
export function redMetrics(totals: Totals): Metric[] {
  const series = seriesOf(totals);
  return [
    ...FAMILY_NAMES.flatMap((family) => {
      const of = series.filter(([key]) => partsOf(key).family === family);
      return [histogram(FAMILIES[family], of), ends(FAMILIES[family], of)];
    }),
    {
      name: 'breakwater_in_flight',
      help: 'Requests, and calls by target, that were under way at the same time at most, of isolates heard of within a minute.',
      type: 'gauge',
      samples: Object.entries(totals.inFlight).map(([what, value]) => ({ labels: { what }, value })),
    },
    {
      name: 'breakwater_isolates',
      help: 'Isolates that have told what they measured within a minute.',
      type: 'gauge',
      samples: [{ labels: {}, value: totals.isolates }],
    },
    {
      name: 'breakwater_metrics_series_dropped_total',
      help: 'Measurements that had no room: too many series.',
      type: 'counter',
      samples: [{ labels: {}, value: totals.dropped }],
    },
  ];
}

/** Of these projects, as their objects said last; null is all. Pure. */
export function gaugeMetrics(gauges: readonly Gauge[], projectIds: readonly string[] | null, nowMs: number): Metric[] {
  return (Object.keys(GAUGES) as GaugeName[]).map((gauge) => {
    const { name, help, kind } = GAUGES[gauge];
    const byProject = new Map<string, number[]>();
    for (const one of gauges) {
      if (one.gauge !== gauge || projectIds?.includes(one.projectId) === false) continue;
      byProject.set(one.projectId, [...(byProject.get(one.projectId) ?? []), one.value]);
    }
    const samples = [...byProject].map(([project, values]) => ({
      labels: { project },
      value: kind === 'summed' ? sum(values) : ageSeconds(values, nowMs),
    }));
    return { name, help, type: 'gauge' as const, samples };
  });
}

function seriesOf({ rows }: Totals): [string, Series][] {
  const set = new SeriesSet(rows.length);
  set.merge(rows);
  // Always in one order, so that two scrapes can be compared.
  return [...set.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
}

function histogram(family: Family, series: readonly [string, Series][]): Histogram {
  return {
    name: family.durationName,
    help: family.durationHelp,
    type: 'histogram',
    boundsMs: BOUNDS_MS,
    samples: series.map(([key, { cell, buckets, exemplars }]) => {
      const [p50Ms, p95Ms, p99Ms] = percentiles(cell, [0.5, 0.95, 0.99]) as [number, number, number];
      return { labels: labelsOf(key), count: cell.count, sumMs: cell.sum, buckets, exemplars, p50Ms, p95Ms, p99Ms };
    }),
  };
}

function ends({ countName, countHelp, outcomeLabel, outcomes }: Family, series: readonly [string, Series][]): Metric {
  return {
    name: countName,
    help: countHelp,
    type: 'counter',
    samples: series.flatMap(([key, { cell }]) =>
      (cell.tally ?? []).flatMap((value, index) =>
        value === 0 ? [] : [{ labels: { ...labelsOf(key), [outcomeLabel]: outcomes[index] ?? '' }, value }],
      ),
    ),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Of the earliest time; 0 where there is none. */
function ageSeconds(timesMs: readonly number[], nowMs: number): number {
  const earliestMs = Math.min(...timesMs.filter((atMs) => atMs > 0));
  return Number.isFinite(earliestMs) ? Math.max(0, nowMs - earliestMs) / 1_000 : 0;
}
