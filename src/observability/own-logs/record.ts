import type { LogLine } from '../../shared/log.ts';
import type { JsonObject } from '../../wire/record.ts';

/** Of a message; the whole text is among the attributes. */
const MAX_MESSAGE_CHARS = 500;
const TRACE_ID = /^[\da-f]{32}$/;

/** A line of the log as a record of the stream `logs`. `nowMs`: of a line that was written before the clock was known. */
export function recordOf({ ts, level, event, fields }: LogLine, nowMs: number): JsonObject {
  const { requestId, traceId = requestId, userId } = fields;
  return {
    ...{ ts: ts ?? nowMs, level, service: 'breakwater', type: event },
    message: messageOf(event, fields),
    attrs: { event, ...fields },
    ...(typeof traceId === 'string' && TRACE_ID.test(traceId) ? { traceId } : {}),
    ...(typeof userId === 'string' ? { userId } : {}),
  };
}

function messageOf(event: string, fields: LogLine['fields']): string {
  if (event === 'request') {
    const { method, route, status, outcome, durationMs } = fields;
    return `${method} ${route ?? '(no route)'} ${status ?? outcome} in ${durationMs} ms`;
  }
  const said = fields.cause ?? fields.job;
  return typeof said === 'string' ? `${event}: ${said}`.slice(0, MAX_MESSAGE_CHARS).toWellFormed() : event;
}
