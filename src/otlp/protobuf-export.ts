import type { BatchBuilder, BodyReader, ParseError } from '../ingest/index.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { contextOf, type ResourceContext, resourceOf } from './context.ts';
import { type Context, type Flaw, newResource, newScope } from './fields.ts';
import { Intake } from './intake.ts';
import { readLog } from './protobuf-logs.ts';
import { readMetric } from './protobuf-metrics.ts';
import { readSpan } from './protobuf-spans.ts';
import { readResource, readScope } from './protobuf-values.ts';
import type { Signal } from './signals.ts';
import { WireReader } from './wire-reader.ts';

/** Reads one log record, span or metric that begins at the reader's position. */
export type ProtobufItemReader = (r: WireReader, context: Context, intake: Intake) => void;

const ITEM_READERS: Readonly<Record<Signal, ProtobufItemReader>> = {
  logs: readLog,
  metrics: readMetric,
  traces: readSpan,
};

/** Export{Logs,Metrics,Trace}ServiceRequest. They differ in their innermost messages only. */
export function readProtobuf(signal: Signal): BodyReader {
  return function read(body: Uint8Array, batch: BatchBuilder): Result<null, ParseError> {
    const r = new WireReader(body);
    const intake = new Intake(batch);
    while (r.pos < r.length) {
      const tag = r.tag();
      if (tag === 0x0a) readResourceItems(r, ITEM_READERS[signal], intake);
      else r.skip(tag);
    }
    if (r.malformed !== null) return err({ kind: 'malformed', reason: `not valid protobuf: ${r.malformed}` });
    return intake.full === null ? ok(null) : err(intake.full);
  };
}

/** ResourceLogs and its like: the resource may stand behind its records, so it is looked for first. */
function readResourceItems(r: WireReader, readItem: ProtobufItemReader, intake: Intake): void {
  if (!intake.enter()) {
    r.stop();
    return;
  }
  const end = r.messageEnd();
  const start = r.pos;
  const fields = newResource();
  r.begin(null);
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x0a) readResource(r, fields);
    else if (tag === 0x1a) fields.schemaUrl = r.text();
    else r.skip(tag);
  }
  r.close(end);
  if (r.malformed !== null) return;
  const flaw = within(r.flaw, '/resource');
  const resource = resourceOf(fields);
  r.pos = start;
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x12) readScopeItems(r, resource, flaw, readItem, intake);
    else r.skip(tag);
  }
}

/** ScopeLogs and its like. */
function readScopeItems(
  r: WireReader,
  resource: ResourceContext,
  resourceFlaw: Flaw | null,
  readItem: ProtobufItemReader,
  intake: Intake,
): void {
  if (!intake.enter()) {
    r.stop();
    return;
  }
  const end = r.messageEnd();
  const start = r.pos;
  const scope = newScope();
  r.begin(null);
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x0a) readScope(r, scope);
    else if (tag === 0x1a) scope.schemaUrl = r.text();
    else r.skip(tag);
  }
  r.close(end);
  if (r.malformed !== null) return;
  const context = contextOf(resource, scope, resourceFlaw ?? within(r.flaw, '/scope'));
  r.pos = start;
  while (r.pos < end && intake.full === null) {
    const tag = r.tag();
    if (tag === 0x12) readItem(r, context, intake);
    else r.skip(tag);
  }
  if (intake.full !== null) r.stop();
}

function within(flaw: Flaw | null, place: string): Flaw | null {
  return flaw && { pointer: place, reason: flaw.reason };
}
