import { BROWSER_LABELS } from '../wire/vitals.ts';
import type { SetKey } from './names.ts';

/**
 * Attributes that Breakwater itself writes or reads a meaning from: what OTLP's mapping makes (docs/api.md, OTLP), the numbers of a metric, the parent
 * and duration of a span. They are few and the same everywhere, so they cost the room of no project; and without them a project whose names are
 * used up would lose its traces, vitals, operations and rollups, not only a field to search by.
 */
export const OWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['resource', 'scope', 'flags', 'traceState', 'timeUnixNano', 'startTimeUnixNano', 'droppedAttributesCount'],
  ...['severityNumber', 'severityText', 'eventName', 'body', 'observedTs'],
  ...[
    'parentSpanId',
    'durationMs',
    'status',
    'statusMessage',
    'events',
    'links',
    'droppedEventsCount',
    'droppedLinksCount',
  ],
  ...['name', 'unit', 'description', 'metadata', 'labels', 'startTs', 'exemplars', 'temporality', 'monotonic', 'value'],
  ...[
    'count',
    'sum',
    'min',
    'max',
    'bounds',
    'counts',
    'scale',
    'zeroCount',
    'zeroThreshold',
    'positive',
    'negative',
    'quantiles',
  ],
  'index',
  // Browsers: what a beacon says for all its records. Vitals: what the shape of the stream adds, and what the measuring library says beside the value (docs/vitals.md).
  ...['sampleRate', 'sdk', 'clockSkewMs', 'url', 'referrer'],
  ...['rating', 'id', 'delta', 'navigationType', 'attribution', 'update'],
  // Operations (docs/operations-data.md).
  ...['gateway', 'operation', 'outcome', 'reason', 'bytes', 'sent'],
  // Errors: what the shape of the stream adds, and what an error is described by (docs/errors-and-sessions.md).
  ...['frames', 'stack', 'handled', 'mechanism', 'fingerprint', 'type'],
]);

/** Labels that records are summed up by: likewise. Their values are bounded as those of all labels. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  ...BROWSER_LABELS,
  ...['fingerprint', 'gateway', 'operation', 'call', 'reason'],
]);

/** A member of a set that takes no room in it and is never refused. */
export function isOwnName(set: SetKey, name: string): boolean {
  if (set === 'n') return OWN_ATTRIBUTES.has(name);
  return set === 'l' && OWN_LABELS.has(name);
}
