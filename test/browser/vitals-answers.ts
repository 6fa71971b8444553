/** Answers about vitals, made up: for what no real project has in a test, such as every state at once. Their types are the Worker's. */
import type { Page, Route } from 'playwright-core';
import {
  ratingOf,
  VITAL_THRESHOLDS,
  VITALS,
  type VitalName,
  type VitalNumbers,
  type VitalsBreakdown,
  type VitalsDistribution,
  type VitalsPages,
  type VitalsScope,
  type VitalsSummary,
  type VitalsTimeseries,
} from '../../src/wire/vitals.ts';

export interface MadeUpVitals {
  /** Of the whole range; 0: nothing was ever measured. */
  events: number;
  scope: Partial<Pick<VitalsScope, 'source' | 'complete'>>;
  /** What was asked for, newest last. */
  asked: URL[];
}

const LOW: Record<VitalName, number> = { LCP: 2_100, INP: 260, CLS: 0.31, FCP: 1_400, TTFB: 620, FID: 80 };

/** Each further percentile is half as much again. */
export function numbersOf(name: VitalName, count: number, factor = 1): VitalNumbers {
  if (count === 0) {
    const none = { p50: null, p75: null, p95: null, p99: null, rating: null };
    return { count, ...none, good: null, needsImprovement: null, poor: null };
  }
  const p75 = LOW[name] * factor;
  const rating = ratingOf(name, p75);
  const [good, needsImprovement] = rating === 'good' ? [0.82, 0.13] : rating === 'poor' ? [0.41, 0.22] : [0.66, 0.19];
  const poor = Number((1 - good - needsImprovement).toFixed(2));
  return { count, p50: p75 / 1.5, p75, p95: p75 * 1.8, p99: p75 * 3.1, rating, good, needsImprovement, poor };
}

const PAGES = [
  '/',
  '/checkout/:step',
  '/products/:id',
  `/a-very-long-page-name/${'with-many-parts/'.repeat(12)}end`,
  '/عربة-التسوق/الدفع',
  '/חשבון/הגדרות',
  '=HYPERLINK("x")',
  '(other)',
  ...Array.from({ length: 60 }, (_, i) => `/category/${i}/:item`),
];
const VALUES: Record<string, string[]> = {
  device: ['mobile', 'desktop', 'tablet', 'other'],
  browser: ['Chrome', 'Safari', 'Firefox', 'Edge', 'Samsung Internet', '(other)'],
  os: ['Android', 'iOS', 'Windows', 'macOS', 'Linux'],
  country: ['DE', 'US', 'IL', 'SA', 'T1', 'XX'],
  connection: ['4g', '3g', 'slow-2g', ''],
  release: ['2026.11.27-3', '2026.11.26-1', `build-${'x'.repeat(80)}`],
};

export async function answerVitals(page: Page, made: MadeUpVitals): Promise<void> {
  await page.route('**/api/query/vitals/*', (route) => answer(route, made));
  await page.route('**/api/releases?*', (route) => {
    const { fromMs, toMs } = scopeOf(new URL(route.request().url()));
    const at = (share: number) => fromMs + (toMs - fromMs) * share;
    const items = [
      { release: '2026.11.26-1', atMs: at(0.3), source: 'announced' },
      { release: '2026.11.27-3', atMs: at(0.7), source: 'seen' },
    ];
    return route.fulfill({ json: { items, nextCursor: null } });
  });
}

function scopeOf(url: URL, stepMs = 60_000): VitalsScope {
  const whole = (name: string, round: (value: number) => number) =>
    round(Number(url.searchParams.get(name)) / stepMs) * stepMs;
  const fromMs = whole('from', Math.floor);
  const toMs = whole('to', Math.ceil);
  return { fromMs, toMs, source: 'rollups', resolutionMs: 60_000, complete: true, countedFromMs: fromMs };
}

async function answer(route: Route, made: MadeUpVitals): Promise<void> {
  const url = new URL(route.request().url());
  made.asked.push(url);
  await route.fulfill({ json: bodyFor(url, made) });
}

function bodyFor(url: URL, { events, scope }: MadeUpVitals): object {
  const name = (url.searchParams.get('name') ?? 'LCP') as VitalName;
  const base: VitalsScope = { ...scopeOf(url), ...scope };
  if (base.complete === false) base.countedFromMs = base.fromMs + (base.toMs - base.fromMs) / 2;
  switch (url.pathname.split('/').at(-1)) {
    case 'summary':
      return summary(base, events);
    case 'timeseries':
      return timeseries({ ...scopeOf(url, Number(url.searchParams.get('step'))), ...scope }, url, name, events);
    case 'pages':
      return pages(base, url, name, events);
    case 'breakdown':
      return breakdown(base, url, name, events);
    default:
      return distribution(base, name, events);
  }
}

function summary(base: VitalsScope, events: number): VitalsSummary {
  const items = VITALS.map((name, i) => {
    const factor = name === 'LCP' ? 1.4 : 1;
    const count = name === 'FID' ? 0 : Math.floor(events / (i + 1));
    const previous = numbersOf(name, Math.floor(count * 0.9), factor * (i % 2 === 0 ? 0.8 : 1.2));
    const numbers = numbersOf(name, count, factor);
    const change = {
      p75: numbers.p75 !== null && previous.p75 !== null ? numbers.p75 / previous.p75 - 1 : null,
      count: previous.count > 0 ? count / previous.count - 1 : null,
    };
    const unit = name === 'CLS' ? ('score' as const) : ('ms' as const);
    return { name, unit, thresholds: VITAL_THRESHOLDS[name], ...numbers, previous, change };
  });
  return { ...base, items };
}

function timeseries(base: VitalsScope, url: URL, name: VitalName, events: number): VitalsTimeseries {
  const stepMs = Number(url.searchParams.get('step'));
  const count = Math.ceil((base.toMs - base.fromMs) / stepMs);
  const points = Array.from({ length: events === 0 ? 0 : count }, (_, i) => {
    // A gap, and a value that stands alone in it.
    const nothing = i > count * 0.4 && i < count * 0.5 && i !== Math.floor(count * 0.45);
    const factor = 1 + 0.3 * Math.sin(i / 7) + (i > count * 0.7 ? 0.7 : 0);
    const numbers = numbersOf(name, nothing ? 0 : Math.ceil(events / count), factor);
    return { ts: base.fromMs + i * stepMs, ...numbers };
  });
  const by = url.searchParams.get('by');
  const labels = by === null ? [name] : (VALUES[by] ?? []);
  const bend = (point: (typeof points)[number], i: number) => ({ ...point, p75: point.p75 && point.p75 * (1 + i / 5) });
  const series = labels.map((label, i) => ({ label, points: points.map((point) => bend(point, i)) }));
  return { ...base, name, stepMs, series };
}

function pages(base: VitalsScope, url: URL, name: VitalName, events: number): VitalsPages {
  const only = url.searchParams.get('page');
  const also = (url.searchParams.get('also') ?? '').split(',').filter((other) => other !== '') as VitalName[];
  const all = events === 0 ? [] : PAGES.filter((page) => only === null || page === only);
  const sort = url.searchParams.get('sort') ?? 'count';
  const items = all.map((page, i) => {
    const factor = 0.5 + ((i * 7) % 20) / 10;
    const others = Object.fromEntries(
      also.map((other, n) => [other, numbersOf(other, (i + n) % 9 === 0 ? 0 : 50, factor)]),
    );
    return { page, ...numbersOf(name, Math.ceil(events / (i + 2)), factor), others };
  });
  const by = (row: (typeof items)[number]) => (sort === 'p75' ? row.p75 : sort === 'poor' ? row.poor : row.count) ?? 0;
  return { ...base, name, items: items.toSorted((a, b) => by(b) - by(a)), nextCursor: null };
}

function breakdown(base: VitalsScope, url: URL, name: VitalName, events: number): VitalsBreakdown {
  const by = (url.searchParams.get('by') ?? 'device') as VitalsBreakdown['by'];
  const values = events === 0 ? [] : (VALUES[by] ?? []);
  const counts = values.map((_, i) => Math.ceil(events / 2 ** (i + 1)));
  const total = counts.reduce((a, b) => a + b, 0);
  const items = values.map((value, i) => {
    const count = counts[i] ?? 0;
    return { value, ...numbersOf(name, count, 1.6 - i * 0.3), share: count / total };
  });
  return { ...base, name, by, items };
}

function distribution(base: VitalsScope, name: VitalName, events: number): VitalsDistribution {
  const width = VITAL_THRESHOLDS[name][1] / 20;
  const items = Array.from({ length: 30 }, (_, i) => ({
    ...{ from: i * width, to: i === 29 ? null : (i + 1) * width },
    count: Math.ceil(events * Math.exp(-((i - 9) ** 2) / 60) * 0.07),
  }));
  return { ...base, name, numbers: numbersOf(name, events, name === 'LCP' ? 1.4 : 1), items };
}
