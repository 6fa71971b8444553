import type { Env } from '../../env.ts';
import type { SlowRequest } from '../../wire/performance.ts';
import type { Gauge } from './registry.ts';
import type { Delta } from './reporter.ts';
import type { SeriesRow } from './series-set.ts';

/** What the object has by the minute. */
export const MINUTES_KEPT_MS = 3 * 3_600_000;

/** All that is known since the deployment began. */
export interface Totals {
  rows: SeriesRow[];
  /** The newest word of each object. */
  gauges: Gauge[];
  /** Of isolates that were heard of lately, added up. */
  inFlight: Record<string, number>;
  dropped: number;
  /** Isolates that were heard of lately. */
  isolates: number;
}

/** Which slow requests are wanted. */
export interface SlowQuery {
  fromMs: number;
  toMs: number;
  /** As registered; null is every one. */
  route: string | null;
  /** Null is all, also those that are about none. */
  projectIds: readonly string[] | null;
  limit: number;
}

/** What was measured in one minute or hour. */
export interface Window {
  bucketMs: number;
  rows: SeriesRow[];
}

/** An hour that D1 does not have, or not as it is now. */
export interface ChangedHour extends Window {
  /** Confirmed with it: what came since is another change. */
  version: number;
}

/** What the object does for others. Calls may be repeated. */
export interface MetricsCalls {
  add(delta: Delta): void;
  totals(): Totals;
  minutes(fromMs: number, toMs: number): Window[];
  hours(fromMs: number, toMs: number): Window[];
  slow(query: SlowQuery): SlowRequest[];
  changedHours(limit: number): ChangedHour[];
  confirmHour(hourMs: number, version: number): void;
}

/** The object as it is called from outside; a throw means that it did not answer. */
export type MetricsObject = {
  [call in keyof MetricsCalls]: (...given: Parameters<MetricsCalls[call]>) => Promise<ReturnType<MetricsCalls[call]>>;
};

/** The one object that adds up what all isolates tell. */
export function metricsOf(env: Env): MetricsObject {
  // The stub's own type has the same calls, each wrapped for values that stay behind; none of ours does.
  return env.METRICS.getByName('all') as unknown as MetricsObject;
}
