import { err, ok, type Result } from '../shared/result.ts';
import { MAX_RECORDS_PER_REQUEST } from '../wire/limits.ts';
import type { Json } from '../wire/record.ts';
import type { BatchBuilder } from './batch.ts';
import { hasRiskyNumbers, parseJson } from './json.ts';

export type ParseError = { kind: 'malformed'; reason: string } | { kind: 'too_many_records'; limit: number };

const NEWLINE = 10;

/**
 * One JSON object, an array of them, or NDJSON, told apart by content: `[` opens an array; everything else is read line by line, and
 * as one object where the first line alone is not JSON. Blank lines are nothing. Bad lines are rejected one by one.
 */
export function parseBody(body: Uint8Array, batch: BatchBuilder): Result<null, ParseError> {
  const text = decodeUtf8(body);
  if (text === null) return parseInvalidUtf8(body, batch);
  const start = firstNonBlank(text);
  if (start < 0) return ok(null);
  if (text[start] === '[') return parseArray(text, batch);
  return parseLines(text, batch);
}

/** Null where the bytes are not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) return null;
    throw cause;
  }
}

function parseArray(text: string, batch: BatchBuilder): Result<null, ParseError> {
  const parsed = tryParse(text);
  if (!parsed.ok) return err({ kind: 'malformed', reason: parsed.error });
  const records = parsed.value as Json[];
  if (records.length > MAX_RECORDS_PER_REQUEST) return tooMany();
  for (const record of records) batch.add(record);
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
    const parsed = tryParse(line, parse);
    if (parsed.ok) {
      batch.add(parsed.value);
    } else {
      // A pretty-printed object is the one case in which a first line is not JSON but the whole body is.
      const whole = isFirst ? tryParse(text) : parsed;
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
    const parsed = line === null ? err('not valid UTF-8') : tryParse(line);
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
