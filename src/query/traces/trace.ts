import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Json, LogRecord } from '../../wire/record.ts';
import type { Trace, TraceSpan } from '../../wire/trace.ts';
import { compileQuery } from '../compile.ts';
import type { ReadError } from '../errors.ts';
import { searchRecords } from '../search-records.ts';
import { orderSpans } from './tree.ts';

export interface TraceRequest {
  projectId: string;
  traceId: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

/** Records of one answer, as many as a page can draw and memory can hold. */
export const MAX_TRACE_RECORDS = 10_000;

/** Everything that carries a trace's id, in the range. Errors: trace_not_found, query_too_broad, store_away. */
export async function trace(ctx: Ctx, request: TraceRequest): Promise<Result<Trace, ReadError>> {
  const { projectId, traceId, fromMs, toMs } = request;
  const query = compileQuery(`traceId:${JSON.stringify(traceId)}`);
  if (!query.ok) return err({ kind: 'invalid_query', error: query.error });
  const scope = { projectId, query: query.value, fromMs, toMs, stream: null };
  const page = { ...scope, order: 'asc', limit: MAX_TRACE_RECORDS, after: null } as const;
  // Ids of traces are the same however somebody writes their letters; what only contains this one is not.
  const found = await searchRecords(ctx, page, (record) => record.traceId?.toLowerCase() === traceId.toLowerCase());
  if (!found.ok) return found;
  const { records, end } = found.value;
  if (records.length === 0 && end.complete) return err({ kind: 'trace_not_found' });
  const spans = orderSpans(records.filter(({ stream }) => stream === 'spans').map(asSpan)).map(
    ({ span: { record, ...link }, depth }): TraceSpan => ({
      ...record,
      parentSpanId: link.parentSpanId,
      durationMs: link.durationMs,
      depth,
    }),
  );
  const logs = records.filter(({ stream }) => stream !== 'spans');
  const timed = spans.length > 0 ? spans : logs.map((log) => ({ ...log, durationMs: null }));
  const startMs = timed.reduce((least, { ts }) => Math.min(least, ts), Number.POSITIVE_INFINITY);
  const endMs = timed.reduce((most, { ts, durationMs }) => Math.max(most, ts + (durationMs ?? 0)), startMs);
  return ok({
    traceId,
    startMs: timed.length > 0 ? startMs : fromMs,
    endMs: timed.length > 0 ? endMs : fromMs,
    spans,
    logs,
    services: servicesOf(records),
    truncated: end.next !== null && end.complete,
    complete: end.complete,
  });
}

function asSpan(record: LogRecord) {
  const { parentSpanId, durationMs } = record.attrs;
  return {
    record,
    ts: record.ts,
    spanId: record.spanId ?? null,
    parentSpanId: typeof parentSpanId === 'string' && parentSpanId !== '' ? parentSpanId : null,
    durationMs: lengthOf(durationMs),
  };
}

function lengthOf(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function servicesOf(records: readonly LogRecord[]): Trace['services'] {
  const services = new Map<string, { service: string; spans: number; logs: number }>();
  for (const { service, stream } of records) {
    const counts = services.get(service) ?? { service, spans: 0, logs: 0 };
    counts[stream === 'spans' ? 'spans' : 'logs']++;
    services.set(service, counts);
  }
  return [...services.values()].sort(
    (a, b) => b.spans - a.spans || b.logs - a.logs || (a.service < b.service ? -1 : 1),
  );
}
