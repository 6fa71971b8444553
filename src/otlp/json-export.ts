import type { BatchBuilder, BodyReader, ParseError } from '../ingest/index.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { contextOf, resourceOf } from './context.ts';
import { Intake } from './intake.ts';
import type { JsonExport, JsonItemReader } from './json-item.ts';
import { readJsonLog } from './json-logs.ts';
import { readJsonMetric } from './json-metrics.ts';
import { JsonParts, MAX_WHOLE_CHARS, type Piece, tooLong } from './json-parts.ts';
import { readJsonSpan } from './json-spans.ts';
import { JsonReader } from './json-values.ts';
import { SIGNALS, type Signal, type SignalNames } from './signals.ts';

const ITEM_READERS: Readonly<Record<Signal, JsonItemReader>> = {
  logs: readJsonLog,
  metrics: readJsonMetric,
  traces: readJsonSpan,
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Export{Logs,Metrics,Trace}ServiceRequest. They differ in the names of their arrays and in their innermost messages only. */
export function readJson(signal: Signal, maxWholeChars = MAX_WHOLE_CHARS): BodyReader {
  return function read(body: Uint8Array, batch: BatchBuilder): Result<null, ParseError> {
    const text = decoded(body);
    if (text === null) return err({ kind: 'malformed', reason: 'not valid UTF-8' });
    const from: JsonExport = { parts: new JsonParts(maxWholeChars), read: new JsonReader(), intake: new Intake(batch) };
    const malformed = readRequest(from, from.parts.piece(text), SIGNALS[signal], ITEM_READERS[signal]);
    if (from.intake.full !== null) return err(from.intake.full);
    const reason = from.parts.malformed ?? malformed;
    return reason === null ? ok(null) : err({ kind: 'malformed', reason });
  };
}

/** Null where the bytes are not UTF-8. */
function decoded(body: Uint8Array): string | null {
  try {
    return utf8.decode(body);
  } catch (cause) {
    if (cause instanceof TypeError) return null;
    throw cause;
  }
}

/** Why the body is no export request; null where it is one. */
function readRequest(from: JsonExport, body: Piece, names: SignalNames, readItem: JsonItemReader): string | null {
  const { parts, read, intake } = from;
  const request = parts.open(body, [names.resources]);
  if (request === null) return 'the body is no JSON object';
  const resources = parts.items(request, names.resources);
  if (resources === undefined) return `${names.resources} is no array`;
  for (const piece of resources) {
    if (!intake.enter()) return null;
    const opened = parts.open(piece, [names.scopes]);
    if (opened === null) return `an element of ${names.resources} is no object`;
    const scopes = parts.items(opened, names.scopes);
    if (scopes === undefined) return `${names.scopes} is no array`;
    read.flaw = null;
    const resource = resourceOf(read.resource(opened.head.resource, opened.head.schemaUrl));
    const flaw = read.flaw ?? tooLong(opened, [names.scopes]);
    for (const scopePiece of scopes) {
      if (!intake.enter()) return null;
      const scope = parts.open(scopePiece, [names.items]);
      if (scope === null) return `an element of ${names.scopes} is no object`;
      const items = parts.items(scope, names.items);
      if (items === undefined) return `${names.items} is no array`;
      read.flaw = flaw ?? tooLong(scope, [names.items]);
      const fields = read.scope(scope.head.scope, scope.head.schemaUrl);
      const context = contextOf(resource, fields, read.flaw);
      for (const item of items) {
        readItem(from, item, context);
        if (intake.full !== null || parts.malformed !== null) return null;
      }
    }
  }
  return null;
}
