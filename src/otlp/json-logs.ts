import type { Context } from './fields.ts';
import { itemObject, type JsonExport } from './json-item.ts';
import type { Piece } from './json-parts.ts';
import { logRecord } from './log-record.ts';

const SEVERITIES: readonly string[] = [
  'SEVERITY_NUMBER_UNSPECIFIED',
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) =>
    ['', '2', '3', '4'].map((step) => `SEVERITY_NUMBER_${name}${step}`),
  ),
];

/** LogRecord. */
export function readJsonLog(from: JsonExport, item: Piece, context: Context): void {
  const { read, intake } = from;
  const json = itemObject(from, item);
  if (json === null) return;
  read.flaw = context.flaw;
  const log = {
    time: read.instant(json.timeUnixNano, '/timeUnixNano'),
    observed: read.instant(json.observedTimeUnixNano, '/observedTimeUnixNano'),
    severityNumber: read.enumeration(json.severityNumber, SEVERITIES, '/severityNumber'),
    severityText: read.text(json.severityText, '/severityText'),
    body: read.anyValue(json.body, '/body') ?? undefined,
    attributes: read.attributes(json.attributes, '/attributes'),
    droppedAttributesCount: read.int(json.droppedAttributesCount, '/droppedAttributesCount'),
    flags: read.int(json.flags, '/flags'),
    traceId: read.hex(json.traceId, '/traceId'),
    spanId: read.hex(json.spanId, '/spanId'),
    eventName: read.text(json.eventName, '/eventName'),
  };
  if (read.flaw !== null) intake.reject(read.flaw);
  else intake.take(logRecord(log, context), context.chars);
}
