import { PbfReader } from 'pbf';
import type { BatchBuilder, ParseError } from '../ingest/index.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_ATTRS_PROPERTIES } from '../wire/limits.ts';
import type { JsonObject } from '../wire/record.ts';
import { PushBudget } from './budget.ts';
import { entryRecord, type StreamFields, streamFields } from './entry.ts';
import { parseLabels } from './labels.ts';

/**
 * A PushRequest (grafana/loki, pkg/push/push.proto): streams of labels and entries. Fields that are unknown are skipped, as protobuf has it; what
 * is cut off or lies about its length is refused whole.
 */
export function readProtobufPush(body: Uint8Array, batch: BatchBuilder): Result<null, ParseError> {
  try {
    const reader = new PbfReader(body);
    const budget = new PushBudget(batch);
    for (let field = next(reader, body.length); field !== 0; field = next(reader, body.length)) {
      if (field !== 1) continue;
      const tooMany = readStream(reader, budget, batch);
      if (tooMany) return err(tooMany);
    }
    return ok(null);
  } catch (cause) {
    return err({
      kind: 'malformed',
      reason: `not a Loki PushRequest: ${cause instanceof Error ? cause.message : cause}`,
    });
  }
}

/** StreamAdapter: 1 labels, 2 entries. Labels come first from every encoder, but protobuf does not promise it: entries are read in a second pass. */
function readStream(reader: PbfReader, budget: PushBudget, batch: BatchBuilder): ParseError | null {
  const end = endOfMessage(reader);
  const start = reader.pos;
  let labels = '{}';
  for (let field = next(reader, end); field !== 0; field = next(reader, end)) {
    if (field === 1) labels = text(reader);
  }
  const parsed = parseLabels(labels);
  const stream = parsed.ok ? streamFields(parsed.value) : parsed;
  reader.pos = start;
  for (let field = next(reader, end); field !== 0; field = next(reader, end)) {
    if (field !== 2) continue;
    const tooMany = budget.take(stream.ok ? stream.value : null);
    if (tooMany) return tooMany;
    const entryEnd = endOfMessage(reader);
    if (stream.ok) readEntry(reader, entryEnd, stream.value, batch);
    else batch.addMalformed(stream.error, '/stream');
    reader.pos = entryEnd;
  }
  reader.pos = end;
  return null;
}

/** EntryAdapter: 1 timestamp, 2 line, 3 structured metadata as pairs. */
function readEntry(reader: PbfReader, end: number, stream: StreamFields, batch: BatchBuilder): void {
  let ts: number | null = null;
  let line = '';
  let metadata: JsonObject | null = null;
  let pairs = 0;
  for (let field = next(reader, end); field !== 0; field = next(reader, end)) {
    if (field === 1) ts = readTimestampMs(reader);
    else if (field === 2) line = text(reader);
    // One more than a record may have is enough to have it refused; of millions, pbf skips the rest.
    else if (field === 3 && pairs++ <= MAX_ATTRS_PROPERTIES) metadata = readPair(reader, metadata ?? {});
  }
  batch.add(entryRecord(stream, ts, line, metadata));
}

/** google.protobuf.Timestamp: 1 seconds, 2 nanos. */
function readTimestampMs(reader: PbfReader): number {
  const end = endOfMessage(reader);
  let seconds = 0;
  let nanos = 0;
  for (let field = next(reader, end); field !== 0; field = next(reader, end)) {
    if (field === 1) seconds = reader.readVarint(true);
    else if (field === 2) nanos = reader.readVarint(true);
  }
  return seconds * 1_000 + Math.floor(nanos / 1_000_000);
}

function readPair(reader: PbfReader, into: JsonObject): JsonObject {
  const end = endOfMessage(reader);
  let name = '';
  let value = '';
  for (let field = next(reader, end); field !== 0; field = next(reader, end)) {
    if (field === 1) name = text(reader);
    else if (field === 2) value = text(reader);
  }
  Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
  return into;
}

class Truncated extends Error {
  constructor() {
    super('it ends within a field');
  }
}

/** The next field's number, 0 at the end. pbf reads on behind the end of what it was given; a message that does so has lied about a length. */
function next(reader: PbfReader, end: number): number {
  if (reader.pos > end) throw new Truncated();
  const field = reader.nextField(end);
  // Zero is no field number, and pbf's sign of the end.
  if (field === 0 && reader.pos !== end) throw new Truncated();
  return field;
}

function endOfMessage(reader: PbfReader): number {
  const end = reader.readVarint() + reader.pos;
  if (!(end <= reader.length)) throw new Truncated();
  return end;
}

function text(reader: PbfReader): string {
  const start = reader.pos;
  const end = endOfMessage(reader);
  reader.pos = start;
  const value = reader.readString();
  if (reader.pos !== end) throw new Truncated();
  return value;
}
