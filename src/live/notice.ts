import { batchIds } from '../shared/ids.ts';
import type { HealthChange, PresenceAttrs } from '../wire/protocol.ts';
import type { JsonObject, LogRecord } from '../wire/record.ts';

export function presenceLine(attrs: PresenceAttrs, nowMs: number): string {
  return noticeLine('presence', `client ${attrs.clientId} ${attrs.event}`, { ...attrs }, nowMs);
}

export function healthLine(change: HealthChange, nowMs: number): string {
  return noticeLine('health', healthMessage(change), { ...change }, nowMs);
}

/** A notice in the form of a record, as one line. It is sent and not stored. */
function noticeLine(type: string, message: string, attrs: JsonObject, nowMs: number): string {
  const common = { id: batchIds(nowMs)(0), ts: nowMs, stream: 'logs', level: 'info', service: 'breakwater' } as const;
  const record: LogRecord = { ...common, message, attrs, type };
  return JSON.stringify(record);
}

function healthMessage(change: HealthChange): string {
  switch (change.change) {
    case 'firing':
      return `rule ${change.ruleId} ${change.state === 'firing' ? 'fires' : 'fires no more'}`;
    case 'breaker':
      return `the breaker of ${change.destinationId} went from ${change.from} to ${change.to}`;
    case 'dead_letters':
      return `${change.destinationId} has ${change.deadLetters} dead letters`;
  }
}
