import { type BatchBuilder, type ParseError, RepeatBudget } from '../ingest/index.ts';
import { ProtobufReader } from '../shared/protobuf.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_ATTRS_PROPERTIES } from '../wire/limits.ts';
import type { JsonObject } from '../wire/record.ts';
import { entryRecord, type StreamFields, streamFields } from './entry.ts';
import { parseLabels } from './labels.ts';

/**
 * A PushRequest (grafana/loki, pkg/push/push.proto): streams of labels and entries. Fields that are unknown are skipped, as protobuf has it; what
 * is cut off or lies about its length is refused whole. Tags are `(field << 3) | wire type`.
 */
export function readProtobufPush(body: Uint8Array, batch: BatchBuilder): Result<null, ParseError> {
  const r = new ProtobufReader(body);
  const budget = new RepeatBudget(batch);
  while (r.pos < r.length) {
    const tag = r.tag();
    if (tag !== 0x0a) {
      r.skip(tag);
      continue;
    }
    const tooMany = readStream(r, budget, batch);
    if (tooMany) return err(tooMany);
  }
  return r.malformed === null ? ok(null) : err({ kind: 'malformed', reason: `not a Loki PushRequest: ${r.malformed}` });
}

/** StreamAdapter: 1 labels, 2 entries. Labels come first from every encoder, but protobuf does not promise it: entries are read in a second pass. */
function readStream(r: ProtobufReader, budget: RepeatBudget, batch: BatchBuilder): ParseError | null {
  const end = r.messageEnd();
  const start = r.pos;
  let labels = '{}';
  let hasEntries = false;
  r.textBroken = false;
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x0a) labels = r.text();
    else {
      hasEntries ||= tag === 0x12;
      r.skip(tag);
    }
  }
  r.close(end);
  // Two bytes make an empty stream, and a body has millions of them.
  if (r.malformed !== null || !hasEntries) return null;
  const stream = r.textBroken ? err('the labels are not valid UTF-8') : fieldsOf(labels);
  r.pos = start;
  while (r.pos < end) {
    const tag = r.tag();
    if (tag !== 0x12) {
      r.skip(tag);
      continue;
    }
    const tooMany = budget.take(stream.ok ? stream.value.chars : 0);
    if (tooMany) return tooMany;
    if (stream.ok) readEntry(r, stream.value, batch);
    else {
      batch.addMalformed(stream.error, '/stream');
      r.skip(tag);
    }
  }
  return null;
}

function fieldsOf(labels: string): Result<StreamFields, string> {
  const parsed = parseLabels(labels);
  return parsed.ok ? streamFields(parsed.value) : parsed;
}

/** EntryAdapter: 1 timestamp, 2 line, 3 structured metadata as pairs. */
function readEntry(r: ProtobufReader, stream: StreamFields, batch: BatchBuilder): void {
  const end = r.messageEnd();
  let ts: number | null = null;
  let line = '';
  let metadata: JsonObject | null = null;
  let pairs = 0;
  r.textBroken = false;
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x0a) ts = readTimestampMs(r);
    else if (tag === 0x12) line = r.text();
    // One more than a record may have is enough to have it refused; of millions, the rest is skipped.
    else if (tag === 0x1a && pairs++ <= MAX_ATTRS_PROPERTIES) metadata = readPair(r, metadata ?? {});
    else r.skip(tag);
  }
  r.close(end);
  if (r.malformed !== null) return;
  if (r.textBroken) batch.addMalformed('holds a text that is not valid UTF-8');
  else batch.add(entryRecord(stream, ts, line, metadata));
}

/** google.protobuf.Timestamp: 1 seconds, 2 nanos. */
function readTimestampMs(r: ProtobufReader): number {
  const end = r.messageEnd();
  let seconds = 0;
  let nanos = 0;
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x08) {
      const value = r.int64();
      // More seconds than a double holds are no time, which the record is then refused for.
      seconds = typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
    } else if (tag === 0x10) nanos = r.varint() | 0;
    else r.skip(tag);
  }
  r.close(end);
  return seconds * 1_000 + Math.floor(nanos / 1_000_000);
}

function readPair(r: ProtobufReader, into: JsonObject): JsonObject {
  const end = r.messageEnd();
  let name = '';
  let value = '';
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x0a) name = r.text();
    else if (tag === 0x12) value = r.text();
    else r.skip(tag);
  }
  r.close(end);
  Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
  return into;
}
