import {
  type BatchBuilder,
  elementsOf,
  MAX_RECORD_TEXT_CHARS,
  membersOf,
  type ParseError,
  type Refusal,
  RepeatBudget,
} from '../ingest/index.ts';
import { decodeUtf8 } from '../shared/bytes.ts';
import { parseJson } from '../shared/json.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { Json, JsonObject } from '../wire/record.ts';
import { entryRecord, nanosToMs, type StreamFields, streamFields } from './entry.ts';

/** Longer bodies are cut into entries before they are parsed: parsed JSON can take thirty times its size, and an isolate has 128 MB. */
const MAX_WHOLE_BODY_CHARS = 1024 * 1024;

/**
 * Numbers that a double may not hold, where JSON would have a number. Loki's protocol has none at all: its times are strings of nineteen digits, for
 * which the slower parser that keeps digits would be taken with each body.
 */
const MAY_HOLD_LONG_NUMBERS = /[[,:]\s*-?[\d.]{16}|\d[eE][+-]?\d{3}/;

const NOT_A_PUSH = 'the body is not {"streams": [{"stream": {…}, "values": [["<ns>", "<line>"], …]}, …]}';

/**
 * `{"streams": [{"stream": {label: value}, "values": [["<ns>", "<line>", {metadata}]]}]}`. Entries that are wrong are rejected one by one; a body of
 * another shape is refused whole, because what it holds cannot be counted.
 */
export function readJsonPush(body: Uint8Array, batch: BatchBuilder): Result<null, ParseError> {
  const text = decodeUtf8(body);
  if (text === null) return malformed('the body is not valid UTF-8');
  try {
    const parse = MAY_HOLD_LONG_NUMBERS.test(text) ? parseJson : (part: string) => JSON.parse(part) as Json;
    return text.length > MAX_WHOLE_BODY_CHARS ? readLong(text, parse, batch) : readWhole(parse(text), batch);
  } catch (cause) {
    if (cause instanceof SyntaxError) return malformed(`not valid JSON: ${cause.message}`);
    // A stack that nesting has used up.
    if (cause instanceof RangeError) return malformed('not readable JSON: it is nested too deep');
    throw cause;
  }
}

function readWhole(push: Json, batch: BatchBuilder): Result<null, ParseError> {
  if (!isObject(push) || !Array.isArray(push.streams)) return malformed(NOT_A_PUSH);
  const budget = new RepeatBudget(batch);
  for (const stream of push.streams) {
    if (!isObject(stream) || !Array.isArray(stream.values)) return malformed(NOT_A_PUSH);
    const fields = fieldsOf(stream.stream);
    for (const entry of stream.values) {
      const tooMany = budget.take(fields.ok ? fields.value.chars : 0);
      if (tooMany) return err(tooMany);
      addEntry(fields, entry, batch);
    }
  }
  return ok(null);
}

type Parse = (text: string) => Json;

function readLong(text: string, parse: Parse, batch: BatchBuilder): Result<null, ParseError> {
  const streams = membersNamed(text, ['streams'], parse)?.streams;
  if (streams === undefined) return malformed(NOT_A_PUSH);
  const budget = new RepeatBudget(batch);
  for (const element of elementsOf(streams)) {
    const stream = element === null ? null : membersNamed(element, ['stream', 'values'], parse);
    if (stream?.values === undefined) return malformed(NOT_A_PUSH);
    const labels = stream.stream ?? '{}';
    const fields = labels.length > MAX_RECORD_TEXT_CHARS ? err('the labels are too long') : fieldsOf(parse(labels));
    for (const entry of elementsOf(stream.values)) {
      if (entry === null) return malformed(NOT_A_PUSH);
      const tooMany = budget.take(fields.ok ? fields.value.chars : 0);
      if (tooMany) return err(tooMany);
      if (entry.length > MAX_RECORD_TEXT_CHARS)
        batch.addMalformed(`is larger than ${MAX_RECORD_TEXT_CHARS} characters`);
      else addEntry(fields, parse(entry), batch);
    }
  }
  return ok(null);
}

/** Longer names are none of the protocol's. */
const MAX_NAME_CHARS = 256;

/** The texts of the members wanted; the last of a name, as JSON.parse has it. Null where the text is no object. */
function membersNamed<Name extends string>(
  text: string,
  names: readonly Name[],
  parse: Parse,
): { [K in Name]?: string } | null {
  const found: { [K in Name]?: string } = {};
  for (const member of membersOf(text)) {
    if (member === null) return null;
    const [rawName, value] = member;
    const name = names.find((wanted) => rawName.length <= MAX_NAME_CHARS && JSON.parse(rawName) === wanted);
    if (name !== undefined) found[name] = value;
    else if (rawName.length > MAX_NAME_CHARS || value.length > MAX_RECORD_TEXT_CHARS) return null;
    else parse(value);
  }
  return found;
}

/** An error where the labels are unusable; each entry of the stream is then rejected. */
function fieldsOf(labels: Json | undefined): Result<StreamFields, string> {
  if (labels === undefined || labels === null) return streamFields({});
  return isObject(labels) ? streamFields(labels) : err('the labels are not an object');
}

function addEntry(stream: Result<StreamFields, string>, entry: Json, batch: BatchBuilder): void {
  const record = stream.ok ? recordOf(stream.value, entry) : refuse('/stream', stream.error);
  if ('reason' in record) batch.addMalformed(record.reason, record.pointer);
  else batch.add(record.record);
}

function recordOf(stream: StreamFields, entry: Json): { record: JsonObject } | Refusal {
  if (!Array.isArray(entry)) return refuse('/values', 'an entry must be an array of time and line');
  const [time, line, metadata] = entry;
  // Strings by the protocol; numbers too, since some clients send them.
  const ts = nanosToMs(typeof time === 'string' ? time : typeof time === 'number' ? String(time) : rawNumber(time));
  if (ts === null) return refuse('/ts', 'must be nanoseconds as text');
  if (typeof line !== 'string') return refuse('/line', 'must be a string');
  if (metadata !== undefined && metadata !== null && !isObject(metadata))
    return refuse('/metadata', 'must be an object');
  return { record: entryRecord(stream, ts, line, metadata ?? null) };
}

function refuse(pointer: string, reason: string): Refusal {
  return { pointer, reason };
}

function rawNumber(value: Json | undefined): string {
  return JSON.isRawJSON(value) ? value.rawJSON : '';
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

function malformed(reason: string): Result<null, ParseError> {
  return err({ kind: 'malformed', reason });
}
