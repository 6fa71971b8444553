import type { LogRecord } from './record.ts';

export interface TraceSpan extends LogRecord {
  parentSpanId: string | null;
  /** Null where the span does not say. */
  durationMs: number | null;
  /** Steps from its root; an orphan is a root. */
  depth: number;
}

export interface Trace {
  traceId: string;
  /** Of all spans, or of all logs where there is no span. */
  startMs: number;
  endMs: number;
  /** In the order of a waterfall (src/query/traces/tree.ts). */
  spans: TraceSpan[];
  /** What other streams say of the trace, oldest first. */
  logs: LogRecord[];
  /** With the number of their spans and logs, the most first. */
  services: { service: string; spans: number; logs: number }[];
  /** There is more than one answer holds. */
  truncated: boolean;
  /** False: the budget ended before the range was searched to its end. */
  complete: boolean;
}
