import { type BatchBuilder, MAX_RECORD_TEXT_CHARS, type ParseError } from '../ingest/index.ts';
import { decodeUtf8 } from '../shared/bytes.ts';
import { hasRiskyNumbers, parseJson } from '../shared/json.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_RECORDS_PER_REQUEST } from '../wire/limits.ts';
import type { Json, JsonObject } from '../wire/record.ts';
import { documentRecord, type Target } from './document.ts';

const OPERATIONS = ['create', 'index', 'update', 'delete'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What became of one action; `reason` null where its document was taken. */
export interface Item extends Target {
  operation: Operation;
  reason: string | null;
}

/** More than any name that Elasticsearch takes (255 bytes) or id (512). */
export const MAX_NAME_CHARS = 512;
const NEWLINE = 10;

/**
 * A `_bulk` body: a line for each action, and after `create`, `index` and `update` a line with the document. A document that cannot be stored is an
 * item of its own; an action that cannot be read makes the rest unreadable too, and refuses the body, as Elasticsearch does.
 */
export function readBulk(
  body: Uint8Array,
  defaultIndex: string,
  nowMs: number,
  batch: BatchBuilder,
  items: Item[],
): Result<null, ParseError> {
  const text = decodeUtf8(body);
  // Looked at once for the whole body, as in ingest/parse.ts.
  const parse = text === null || hasRiskyNumbers(text) ? parseJson : (line: string) => JSON.parse(line) as Json;
  const lines = text === null ? linesOfBytes(body) : linesOfText(text);
  let lineNumber = 0;
  const nextLine = (): Line | null => {
    for (let step = lines.next(); !step.done; step = lines.next()) {
      lineNumber++;
      if (step.value === null || step.value.trim() !== '') return { text: step.value };
    }
    return null;
  };
  for (let line = nextLine(); line !== null; line = nextLine()) {
    const action = readAction(line, parse);
    if (typeof action === 'string') return err({ kind: 'malformed', reason: `line ${lineNumber}: ${action}` });
    if (batch.received >= MAX_RECORDS_PER_REQUEST)
      return err({ kind: 'too_many_records', limit: MAX_RECORDS_PER_REQUEST });
    const target = { index: action.index ?? defaultIndex, id: action.id };
    const source = action.operation === 'delete' ? null : nextLine();
    if (source === null && action.operation !== 'delete')
      return err({
        kind: 'malformed',
        reason: `line ${lineNumber}: the body ends behind an action without its document`,
      });
    const reason = addDocument(action.operation, source, target, parse, nowMs, batch);
    items.push({ operation: action.operation, ...target, reason });
  }
  return ok(null);
}

/** Null is a line that is no UTF-8. */
interface Line {
  text: string | null;
}
type Parse = (text: string) => Json;

function readAction(
  { text }: Line,
  parse: Parse,
): { operation: Operation; index: string | null; id: string | null } | string {
  if (text === null || text.length > MAX_RECORD_TEXT_CHARS) return 'no action can be read';
  let action: Json;
  try {
    action = parse(text);
  } catch (cause) {
    return `not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
  if (!isObject(action)) return 'an action must be an object';
  const [name, ...others] = Object.keys(action);
  const operation = OPERATIONS.find((known) => known === name);
  if (operation === undefined || others.length > 0) return `an action names one of ${OPERATIONS.join(', ')}`;
  const metadata = action[operation];
  if (!isObject(metadata)) return `the value of ${operation} must be an object`;
  const index = metadata._index ?? null;
  const id = typeof metadata._id === 'number' ? String(metadata._id) : (metadata._id ?? null);
  if (!isName(index)) return '_index must be a string of at most 512 characters';
  if (!isName(id)) return '_id must be a string of at most 512 characters';
  return { operation, index, id };
}

/** The reason why it is not stored, or null. */
function addDocument(
  operation: Operation,
  source: Line | null,
  target: Target,
  parse: Parse,
  nowMs: number,
  batch: BatchBuilder,
): string | null {
  const reject = (reason: string): string => {
    batch.addMalformed(reason);
    return reason;
  };
  if (operation === 'update' || operation === 'delete')
    return reject('only create and index are taken: records are kept as they came');
  const text = source?.text ?? null;
  if (text === null) return reject('not valid UTF-8');
  if (text.length > MAX_RECORD_TEXT_CHARS) return reject(`is larger than ${MAX_RECORD_TEXT_CHARS} characters`);
  let document: Json;
  try {
    document = parse(text);
  } catch (cause) {
    return reject(`not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (!isObject(document)) return reject('a document must be an object');
  const refusal = batch.add(documentRecord(document, target, nowMs));
  return refusal === null ? null : `${refusal.pointer} ${refusal.reason}`.trim();
}

function isName(value: Json): value is string | null {
  return value === null || (typeof value === 'string' && value.length <= MAX_NAME_CHARS);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

function* linesOfText(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    yield text.slice(start, end);
    start = end + 1;
  }
}

function* linesOfBytes(body: Uint8Array): Generator<string | null> {
  for (let start = 0; start < body.length; ) {
    const newline = body.indexOf(NEWLINE, start);
    const end = newline < 0 ? body.length : newline;
    yield decodeUtf8(body.subarray(start, end));
    start = end + 1;
  }
}
