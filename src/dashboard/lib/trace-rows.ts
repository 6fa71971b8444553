import type { LogRecord } from '../../wire/record.ts';
import type { Trace, TraceSpan } from '../../wire/trace.ts';
import { compact, exact } from './format.ts';

/** A row of the waterfall. Offsets are from the start of the trace. */
export interface TraceRow {
  record: LogRecord;
  kind: 'span' | 'log';
  depth: number;
  offsetMs: number;
  /** Null for a log, and for a span that does not say. */
  durationMs: number | null;
  isError: boolean;
}

/** Spans in their order, each followed by its logs; logs of no span that is here come last. */
export function traceRows(trace: Trace): TraceRow[] {
  const waiting = new Map<string, LogRecord[]>();
  const loose: LogRecord[] = [];
  const known = new Set(trace.spans.map(({ spanId }) => spanId));
  for (const log of trace.logs) {
    if (log.spanId === undefined || !known.has(log.spanId)) loose.push(log);
    else waiting.set(log.spanId, [...(waiting.get(log.spanId) ?? []), log]);
  }
  const rows: TraceRow[] = [];
  for (const span of trace.spans) {
    rows.push(spanRow(span, trace.startMs));
    for (const log of waiting.get(span.spanId ?? '') ?? []) rows.push(logRow(log, span.depth + 1, trace.startMs));
    // Two spans of one id: the logs are with the first.
    waiting.delete(span.spanId ?? '');
  }
  for (const log of loose) rows.push(logRow(log, 0, trace.startMs));
  return rows;
}

function spanRow(span: TraceSpan, startMs: number): TraceRow {
  const isError = span.level === 'error' || span.level === 'fatal' || span.attrs.status === 'error';
  return {
    record: span,
    kind: 'span',
    depth: span.depth,
    offsetMs: span.ts - startMs,
    durationMs: span.durationMs,
    isError,
  };
}

function logRow(log: LogRecord, depth: number, startMs: number): TraceRow {
  const isError = log.level === 'error' || log.level === 'fatal';
  return { record: log, kind: 'log', depth, offsetMs: log.ts - startMs, durationMs: null, isError };
}

/** Where a row is drawn, in percent of the width; what lies outside of the trace is drawn at its edge. */
export function barOf(
  row: Pick<TraceRow, 'offsetMs' | 'durationMs'>,
  totalMs: number,
): { left: number; width: number } {
  if (!(totalMs > 0)) return { left: 0, width: row.durationMs === null ? 0 : 100 };
  const within = (ms: number) => Math.min(100, Math.max(0, (100 * ms) / totalMs));
  const left = within(row.offsetMs);
  return { left, width: within(row.offsetMs + (row.durationMs ?? 0)) - left };
}

const NBSP = '\u00a0';
const UNITS: [fromMs: number, perUnitMs: number, unit: string][] = [
  [3_600_000, 3_600_000, 'h'],
  [60_000, 60_000, 'min'],
  [1_000, 1_000, 's'],
  [1, 1, 'ms'],
  [0, 0.001, 'µs'],
];

/** `0 ms`, `850 µs`, `12.3 ms`, `1.24 s`. */
export function spanLength(ms: number): string {
  if (ms === 0) return `0${NBSP}ms`;
  const [, per, unit] = UNITS.find(([from]) => Math.abs(ms) >= from) ?? [0, 1, 'ms'];
  return `${compact(ms / per)}${NBSP}${unit}`;
}

export function exactLength(ms: number): string {
  return `${exact(ms)} ms`;
}
