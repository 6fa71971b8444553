/** Web vitals and FID, as https://web.dev/articles/vitals names them: a record of stream `vitals` has its name in `attrs.name`. */
export const VITALS = ['LCP', 'INP', 'CLS', 'FCP', 'TTFB', 'FID'] as const;
export type VitalName = (typeof VITALS)[number];

/** What rating a value has: up to the first of its thresholds good, beyond the second poor. */
export const RATINGS = ['good', 'needs-improvement', 'poor'] as const;
export type Rating = (typeof RATINGS)[number];

/** Milliseconds, but for CLS, which is a score without a unit. Those of the `web-vitals` library, which a test holds against it. */
export const VITAL_THRESHOLDS: Readonly<Record<VitalName, readonly [good: number, poor: number]>> = {
  LCP: [2_500, 4_000],
  INP: [200, 500],
  CLS: [0.1, 0.25],
  FCP: [1_800, 3_000],
  TTFB: [800, 1_800],
  FID: [100, 300],
};

export function isVital(name: string): name is VitalName {
  return (VITALS as readonly string[]).includes(name);
}

export function ratingOf(name: VitalName, value: number): Rating {
  const [good, poor] = VITAL_THRESHOLDS[name];
  return value <= good ? 'good' : value <= poor ? 'needs-improvement' : 'poor';
}

/**
 * Labels of what browsers send (`attrs.labels`), by which it is broken down and filtered: `page` is a route such as `/users/:id`, `site` a host,
 * `device` one of desktop, mobile, tablet, tv, other; `country` ISO 3166-1 alpha-2; `connection` the effective type (4g …);
 * `navigation` how the page came (navigate, reload, back-forward, prerender, soft-navigation …).
 */
export const BROWSER_LABELS = [
  'page',
  'site',
  'device',
  'browser',
  'os',
  'country',
  'connection',
  'release',
  'navigation',
] as const;
export type BrowserLabel = (typeof BROWSER_LABELS)[number];

/** Of one vital over some range. Numbers are null where nothing was measured; shares go from 0 to 1 and add up to 1. */
export interface VitalNumbers {
  count: number;
  p50: number | null;
  p75: number | null;
  p95: number | null;
  p99: number | null;
  /** Of p75. */
  rating: Rating | null;
  good: number | null;
  needsImprovement: number | null;
  poor: number | null;
}

/** What every answer about vitals says of itself. */
export interface VitalsScope {
  /** What is covered, Unix ms: whole buckets of `resolutionMs` around what was asked for. */
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** `records`: no rollup holds this combination of filters, so the records themselves were read. */
  source: 'rollups' | 'records';
  /** Of the finest rows used; null for records. */
  resolutionMs: number | null;
  /** False: reading stopped at its budget, and only what is from `countedFromMs` on is counted. */
  complete: boolean;
  countedFromMs: number;
}

/** `GET /api/query/vitals/summary`: every vital, in the order of VITALS. */
export interface VitalsSummary extends VitalsScope {
  items: VitalSummary[];
}

export interface VitalSummary extends VitalNumbers {
  name: VitalName;
  unit: 'ms' | 'score';
  thresholds: readonly [good: number, poor: number];
  /** Of the range of equal length just before. */
  previous: VitalNumbers;
  /** Against `previous`: 0.1 is a tenth more. Null where either has nothing. */
  change: { p75: number | null; count: number | null };
}

/** `GET /api/query/vitals/timeseries?name=&step=&by=` */
export interface VitalsTimeseries extends VitalsScope {
  name: VitalName;
  stepMs: number;
  /** One, labelled with the vital's name; with `by` one for each value, those with the most events first. */
  series: { label: string; points: (VitalNumbers & { ts: number })[] }[];
}

/** `GET /api/query/vitals/pages?name=&also=&sort=&limit=&cursor=`: `count` is the events of `name` on that page. */
export interface VitalsPages extends VitalsScope {
  name: VitalName;
  items: (VitalNumbers & { page: string; others: Partial<Record<VitalName, VitalNumbers>> })[];
  nextCursor: string | null;
}

/** `GET /api/query/vitals/breakdown?name=&by=` */
export interface VitalsBreakdown extends VitalsScope {
  name: VitalName;
  by: BrowserLabel;
  items: (VitalNumbers & { value: string; share: number })[];
}

/** `GET /api/query/vitals/distribution?name=`: from 0 on, the last bin holds all that is above. */
export interface VitalsDistribution extends VitalsScope {
  name: VitalName;
  numbers: VitalNumbers;
  items: { from: number; to: number | null; count: number }[];
}
