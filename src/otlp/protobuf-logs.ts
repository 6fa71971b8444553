import { type Context, newLog } from './fields.ts';
import type { Intake } from './intake.ts';
import { logRecord } from './log-record.ts';
import { readAnyValue, readKeyValue } from './protobuf-values.ts';
import type { WireReader } from './wire-reader.ts';

/** LogRecord (logs/v1/logs.proto). */
export function readLog(r: WireReader, context: Context, intake: Intake): void {
  const end = r.messageEnd();
  const log = newLog();
  r.begin(context.flaw);
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x09:
        log.time = r.instant();
        break;
      case 0x10:
        log.severityNumber = r.varint();
        break;
      case 0x1a:
        log.severityText = r.text();
        break;
      case 0x2a:
        log.body = readAnyValue(r, 1) ?? undefined;
        break;
      case 0x32:
        readKeyValue(r, log.attributes);
        break;
      case 0x38:
        log.droppedAttributesCount = r.varint();
        break;
      case 0x45:
        log.flags = r.fixed32();
        break;
      case 0x4a:
        log.traceId = r.hex();
        break;
      case 0x52:
        log.spanId = r.hex();
        break;
      case 0x59:
        log.observed = r.instant();
        break;
      case 0x62:
        log.eventName = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
  if (r.malformed !== null) return;
  if (r.flaw !== null) intake.reject(r.flaw);
  else intake.take(logRecord(log, context), context.chars);
}
