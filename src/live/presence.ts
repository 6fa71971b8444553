import { batchIds } from '../shared/ids.ts';
import type { PresenceAttrs } from '../wire/protocol.ts';
import type { LogRecord } from '../wire/record.ts';

/** A notice in the form of a record, as one line. It is sent and not stored. */
export function presenceLine(attrs: PresenceAttrs, nowMs: number): string {
  const record: LogRecord = {
    id: batchIds(nowMs)(0),
    ts: nowMs,
    stream: 'logs',
    level: 'info',
    service: 'breakwater',
    message: `client ${attrs.clientId} ${attrs.event}`,
    attrs: { ...attrs },
    type: 'presence',
  };
  return JSON.stringify(record);
}
