import type { PerformanceMetric, PerformanceReport } from '../../../wire/performance.ts';
import { bucketTimes, type LineData, valuesAt } from '../../components/chart/lines.ts';
import { percent, plural } from '../../lib/format.ts';
import type { Headline } from '../../lib/headline.ts';
import { inUnit } from '../../lib/units.ts';

export type MetricReport = PerformanceReport['metrics'][number];

/** Beyond them the headline warns, and says that it is bad. */
const ERRORS = { warn: 0.001, bad: 0.01 };
const P95_MS = { warn: 1_000, bad: 5_000 };

const STEP_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

export const METRIC_WORDS: Readonly<Record<PerformanceMetric, { tab: string; label: string }>> = {
  requests: { tab: 'Routes', label: 'Route' },
  calls: { tab: 'Objects and stores', label: 'Call' },
  alarms: { tab: 'Alarms', label: 'Object' },
};

export function metricOf(report: PerformanceReport | null, metric: PerformanceMetric): MetricReport | null {
  return report?.metrics.find((one) => one.metric === metric) ?? null;
}

/** Does the deployment answer, and in time? */
export function performanceHeadline({ total }: MetricReport, rangeText: string): Headline {
  const { count, errors, p95Ms } = total;
  if (count === 0 || p95Ms === null) {
    return { tone: 'info', text: `No requests ${rangeText}`, detail: 'Nothing was measured in this time.' };
  }
  const share = errors / count;
  const isAbove = (limits: 'warn' | 'bad') => share >= ERRORS[limits] || p95Ms >= P95_MS[limits];
  const tone = isAbove('bad') ? 'bad' : isAbove('warn') ? 'warn' : 'ok';
  const within = inUnit(p95Ms, 'ms');
  return {
    tone,
    text: errors === 0 ? `95 of 100 requests within ${within}` : `${percent(share)} of requests fail`,
    detail: `${plural(count, 'request')} ${rangeText}${errors === 0 ? '' : `, 95 of 100 within ${within}`}.`,
  };
}

/** Of one metric, all its series together. */
export function percentileLines({ timeline }: MetricReport, { fromMs, toMs, resolution }: PerformanceReport): LineData {
  const stepMs = STEP_MS[resolution];
  const times = bucketTimes(fromMs, toMs, stepMs);
  const line = (id: 'p50Ms' | 'p95Ms' | 'p99Ms', label: string, color: string) => ({
    ...{ id, label, color },
    values: valuesAt(
      times,
      timeline.map((point) => [point.atMs, point[id]] as const),
    ),
  });
  const lines = [line('p50Ms', 'p50', '1'), line('p95Ms', 'p95', '2'), line('p99Ms', 'p99', '3')];
  return { unit: 'ms', times, stepMs, lines };
}

/** `GET /api/projects/:id`, `journal.append`, `hub`. */
export function nameOf(metric: PerformanceMetric, labels: Readonly<Record<string, string>>): string {
  switch (metric) {
    case 'requests':
      return `${labels.method} ${labels.route}`;
    case 'calls':
      return `${labels.target}.${labels.operation}`;
    case 'alarms':
      return labels.object ?? '';
  }
}
