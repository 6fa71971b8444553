import type { Stream } from '../wire/record.ts';

/** The three routes, and what of their messages differs (opentelemetry-proto, collector/*). */
export type Signal = 'logs' | 'metrics' | 'traces';

export interface SignalNames {
  stream: Stream;
  /** Names of the arrays in JSON, from the outside. */
  resources: string;
  scopes: string;
  items: string;
  /** Of the partial success. */
  rejected: string;
}

export const SIGNALS: Readonly<Record<Signal, SignalNames>> = {
  logs: {
    stream: 'logs',
    resources: 'resourceLogs',
    scopes: 'scopeLogs',
    items: 'logRecords',
    rejected: 'rejectedLogRecords',
  },
  metrics: {
    stream: 'metrics',
    resources: 'resourceMetrics',
    scopes: 'scopeMetrics',
    items: 'metrics',
    rejected: 'rejectedDataPoints',
  },
  traces: {
    stream: 'spans',
    resources: 'resourceSpans',
    scopes: 'scopeSpans',
    items: 'spans',
    rejected: 'rejectedSpans',
  },
};
