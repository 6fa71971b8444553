/** A call that a request made: to a Durable Object, D1 or R2. */
export interface PerformanceSpan {
  /** `journal`, `d1`, `r2` … */
  target: string;
  operation: string;
  /** From the request's start. */
  startMs: number;
  durationMs: number;
  failed: boolean;
}

/** From here on a request is slow. */
export const SLOW_REQUEST_MS = 500;
/** Spans that are kept of one; there may have been more. */
export const MAX_SPANS = 50;

export interface SlowRequest {
  requestId: string;
  method: string;
  /** As registered, such as `/api/projects/:id`. */
  route: string;
  /** Null where the client left before there was an answer. */
  status: number | null;
  /** That it was about; null where it was about none, or about none that is there. */
  projectId: string | null;
  atMs: number;
  durationMs: number;
  spans: PerformanceSpan[];
  /** How many there were. */
  spansTotal: number;
}

export const PERFORMANCE_METRICS = ['requests', 'calls', 'alarms'] as const;
/** requests: by method and route. calls: to objects and stores, by target and operation. alarms: by object. */
export type PerformanceMetric = (typeof PERFORMANCE_METRICS)[number];

export interface PerformanceFigures {
  count: number;
  /** What was not the caller's fault: answers of 5xx, calls and alarms that threw. */
  errors: number;
  averageMs: number | null;
  /** Percentiles have 1 % relative error; all others are exact. */
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  minMs: number | null;
  maxMs: number | null;
}

export interface PerformanceItem extends PerformanceFigures {
  /** Such as {method, route}. */
  labels: Record<string, string>;
  /** By how they ended: `2xx` …, `ok` and `failed`. */
  outcomes: Record<string, number>;
}

export interface PerformanceReport {
  /** What the figures are of: whole buckets around what was asked for. */
  fromMs: number;
  toMs: number;
  resolution: 'minute' | 'hour' | 'day';
  metrics: {
    metric: PerformanceMetric;
    total: PerformanceFigures;
    /** The most frequent first. */
    items: PerformanceItem[];
    /** Of all of them, by bucket; one without any is left out. */
    timeline: (PerformanceFigures & { atMs: number })[];
  }[];
}
