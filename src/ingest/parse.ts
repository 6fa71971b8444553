import { decodeUtf8 } from '../shared/bytes.ts';
import { hasRiskyNumbers, parseJson } from '../shared/json.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_RECORD_CHARS, MAX_RECORDS_PER_REQUEST } from '../wire/limits.ts';
import type { Json } from '../wire/record.ts';
import type { BatchBuilder } from './batch.ts';
import { elementsOf } from './elements.ts';
import { enveloped } from './envelope.ts';

export type ParseError = { kind: 'malformed'; reason: string } | { kind: 'too_many_records'; limit: number };

const NEWLINE = 10;
/**
 * A record's text may be longer than its stored line: six characters for one where a client escapes what is not ASCII. What is longer is
 * refused unparsed, because parsed JSON can take thirty times its size and an isolate has 128 MB.
 */
export const MAX_RECORD_TEXT_CHARS = 6 * MAX_RECORD_CHARS;
/** Arrays longer than this are cut into elements before they are parsed, for the same reason. */
const MAX_WHOLE_ARRAY_CHARS = 1024 * 1024;

/**
 * One JSON object, an array of them, an envelope around one (envelope.ts), or NDJSON, told apart by content: `[` opens an array; everything else is
 * read line by line, and as one object where the first line alone is not JSON. Blank lines are nothing. Bad lines are rejected one by one.
 */
export function parseBody(body: Uint8Array, batch: BatchBuilder): Result<null, ParseError> {
  const text = decodeUtf8(body);
  if (text === null) return parseInvalidUtf8(body, batch);
  const start = firstNonBlank(text);
  if (start < 0) return ok(null);
  if (text[start] === '[') return parseArray(text, batch);
  const records = enveloped(text);
  if (records !== null) return parseArray(records, batch);
  return parseLines(text, batch);
}

function parseArray(text: string, batch: BatchBuilder): Result<null, ParseError> {
  if (text.length > MAX_WHOLE_ARRAY_CHARS) return parseLongArray(text, batch);
  const parsed = tryParse(text);
  if (!parsed.ok) return err({ kind: 'malformed', reason: parsed.error });
  const records = parsed.value as Json[];
  if (records.length > MAX_RECORDS_PER_REQUEST) return tooMany();
  for (const record of records) batch.add(record);
  return ok(null);
}

function parseLongArray(text: string, batch: BatchBuilder): Result<null, ParseError> {
  const parse = hasRiskyNumbers(text) ? parseJson : plainParse;
  for (const element of elementsOf(text)) {
    if (element === null)
      return err({ kind: 'malformed', reason: 'not valid JSON: the array does not end where the body ends' });
    if (batch.received >= MAX_RECORDS_PER_REQUEST) return tooMany();
    const parsed = tryParseRecord(element, parse);
    if (parsed.ok) batch.add(parsed.value);
    else if (parsed.error === TOO_LONG) batch.addMalformed(TOO_LONG);
    else return err({ kind: 'malformed', reason: `element ${batch.received}: ${parsed.error}` });
  }
  return ok(null);
}

function parseLines(text: string, batch: BatchBuilder): Result<null, ParseError> {
  // Looked at once for the whole body: a look at each line costs as much as parsing it.
  const parse = hasRiskyNumbers(text) ? parseJson : plainParse;
  let isFirst = true;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end);
    start = end + 1;
    if (isBlank(line)) continue;
    if (batch.received >= MAX_RECORDS_PER_REQUEST) return tooMany();
    const parsed = tryParseRecord(line, parse);
    if (parsed.ok) {
      batch.add(parsed.value);
    } else {
      // A pretty-printed object is the one case in which a first line is not JSON but the whole body is.
      const whole = isFirst ? tryParseRecord(text) : parsed;
      if (whole.ok) {
        batch.add(whole.value);
        return ok(null);
      }
      batch.addMalformed(parsed.error);
    }
    isFirst = false;
  }
  return ok(null);
}

/** Line by line: only the lines that are no UTF-8 are lost, each with its reason. */
function parseInvalidUtf8(body: Uint8Array, batch: BatchBuilder): Result<null, ParseError> {
  for (let start = 0; start < body.length; ) {
    const newline = body.indexOf(NEWLINE, start);
    const end = newline < 0 ? body.length : newline;
    const line = decodeUtf8(body.subarray(start, end));
    start = end + 1;
    if (line !== null && isBlank(line)) continue;
    if (batch.received >= MAX_RECORDS_PER_REQUEST) return tooMany();
    const parsed = line === null ? err('not valid UTF-8') : tryParseRecord(line);
    if (parsed.ok) batch.add(parsed.value);
    else batch.addMalformed(parsed.error);
  }
  return ok(null);
}

function plainParse(text: string): Json {
  return JSON.parse(text) as Json;
}

function tryParse(text: string, parse: (text: string) => Json = parseJson): Result<Json, string> {
  try {
    return ok(parse(text));
  } catch (cause) {
    // SyntaxError quotes the input; RangeError is a stack that nesting has used up.
    return err(`not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

const TOO_LONG = `is larger than ${MAX_RECORD_TEXT_CHARS} characters`;

function tryParseRecord(text: string, parse: (text: string) => Json = parseJson): Result<Json, string> {
  return text.length > MAX_RECORD_TEXT_CHARS ? err(TOO_LONG) : tryParse(text, parse);
}

function tooMany(): Result<null, ParseError> {
  return err({ kind: 'too_many_records', limit: MAX_RECORDS_PER_REQUEST });
}

function isBlank(line: string): boolean {
  return line.length === 0 || firstNonBlank(line) < 0;
}

function firstNonBlank(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== 32 && unit !== 10 && unit !== 13 && unit !== 9) return i;
  }
  return -1;
}
