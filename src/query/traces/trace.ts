import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Json, LogRecord } from '../../wire/record.ts';
import type { Trace, TraceSpan } from '../../wire/trace.ts';
import { compileQuery } from '../compile.ts';
import type { ReadError } from '../errors.ts';
import { type SearchEnd, type SearchRequest, search } from '../search.ts';
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
  const found = await readAll(ctx, { ...scope, order: 'asc', limit: MAX_TRACE_RECORDS, after: null }, traceId);
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

async function readAll(
  ctx: Ctx,
  request: SearchRequest,
  traceId: string,
): Promise<Result<{ records: LogRecord[]; end: SearchEnd }, ReadError>> {
  const records: LogRecord[] = [];
  const events = search(ctx, request);
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value.ok ? ok({ records, end: value.value }) : value;
    if (value.kind !== 'records') continue;
    for (const { line } of value.hits) {
      const record = JSON.parse(line) as LogRecord;
      // The search folds case, and ids of traces are told apart by theirs where somebody writes them so.
      if (record.traceId?.toLowerCase() === traceId.toLowerCase()) records.push(record);
    }
  }
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
