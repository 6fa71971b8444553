import { parseJson } from '../shared/json.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { DATA_TYPES, type DataType } from '../wire/etl.ts';
import {
  MAX_FRAME_CHARS,
  MAX_IDEMPOTENCY_KEY_CHARS,
  MAX_IDENTIFIER_CHARS,
  MAX_QUERY_CHARS,
  MAX_RECORDS_PER_REQUEST,
  MAX_TOPICS_PER_SOCKET,
} from '../wire/limits.ts';
import type { Json, JsonObject } from '../wire/record.ts';
import type { LiveError } from './errors.ts';

/** A frame whose shape has been checked; what it asks for has not. */
export type Frame =
  | {
      type: 'SUBSCRIBE';
      idJson: string;
      project: string;
      topics: string[];
      filter: string;
      since: string | null;
      csrf: string | null;
    }
  | { type: 'UNSUBSCRIBE'; idJson: string; topics: string[] }
  | {
      type: 'TELEMETRY';
      idJson: string;
      project: string;
      /** TELEMETRY reads as JSON here: a record or an array of them is what both are. */
      dataType: Exclude<DataType, 'TELEMETRY'>;
      payload: Json;
      batchId: string | null;
      csrf: string | null;
    }
  | { type: 'PING' };

/** A refusal of a frame, with the id that the client gave it as far as it could be read; 'null' without one. */
export interface FrameRefusal {
  idJson: string;
  error: LiveError;
}

/** Identifiers that need no escaping in JSON, which are nearly all: saves a JSON.stringify per frame. */
const PLAIN_ID = /^[\w.:/+=-]{1,256}$/;

export function parseFrame(message: string | ArrayBuffer): Result<Frame, FrameRefusal> {
  if (typeof message !== 'string') return refused('null', { kind: 'binary_frame' });
  if (message.length > MAX_FRAME_CHARS) return refused('null', { kind: 'frame_too_long' });
  let frame: Json;
  try {
    frame = parseJson(message);
  } catch (cause) {
    // SyntaxError quotes the input; RangeError is a stack that nesting has used up.
    return refused('null', { kind: 'malformed_frame', reason: cause instanceof Error ? cause.message : String(cause) });
  }
  if (frame === null || typeof frame !== 'object' || Array.isArray(frame) || JSON.isRawJSON(frame)) {
    return refused('null', { kind: 'malformed_frame', reason: 'A frame must be a JSON object.' });
  }
  const idJson = readId(frame.id);
  if (idJson === null) {
    return refused('null', invalid('/id', `must be a number or a string of 1 to ${MAX_IDENTIFIER_CHARS} characters`));
  }
  switch (frame.type) {
    case 'TELEMETRY':
      return readTelemetry(frame, idJson);
    case 'SUBSCRIBE':
      return readSubscribe(frame, idJson);
    case 'UNSUBSCRIBE':
      return readUnsubscribe(frame, idJson);
    case 'PING':
      return ok({ type: 'PING' });
    default:
      if (typeof frame.type !== 'string') return refused(idJson, invalid('/type', 'must be a string'));
      return refused(idJson, { kind: 'unknown_type', type: frame.type.slice(0, 40) });
  }
}

function readTelemetry(frame: JsonObject, idJson: string): Result<Frame, FrameRefusal> {
  const { project, payload, dataType, batchId = null, csrf = null } = frame;
  if (typeof project !== 'string') return refused(idJson, invalid('/project', 'must be a string'));
  const known = dataType === undefined ? 'JSON' : DATA_TYPES.find((name) => name === dataType);
  if (known === undefined) return refused(idJson, invalid('/dataType', `must be one of ${DATA_TYPES.join(', ')}`));
  if (payload === undefined) return refused(idJson, invalid('/payload', 'is missing: one record or an array of them'));
  if (Array.isArray(payload) && payload.length > MAX_RECORDS_PER_REQUEST)
    return refused(idJson, { kind: 'too_many_records' });
  if (
    batchId !== null &&
    (typeof batchId !== 'string' || batchId === '' || batchId.length > MAX_IDEMPOTENCY_KEY_CHARS)
  ) {
    return refused(idJson, invalid('/batchId', `must be a string of 1 to ${MAX_IDEMPOTENCY_KEY_CHARS} characters`));
  }
  if (csrf !== null && typeof csrf !== 'string') return refused(idJson, invalid('/csrf', 'must be a string'));
  return ok({
    ...{ type: 'TELEMETRY', idJson, project, payload, batchId, csrf },
    dataType: known === 'TELEMETRY' ? 'JSON' : known,
  });
}

function readSubscribe(frame: JsonObject, idJson: string): Result<Frame, FrameRefusal> {
  const { project, filter = null, since = null, csrf = null } = frame;
  if (typeof project !== 'string') return refused(idJson, invalid('/project', 'must be a string'));
  const topics = readTopics(frame.topics);
  if (topics === null)
    return refused(idJson, invalid('/topics', `must be an array of 1 to ${MAX_TOPICS_PER_SOCKET} strings`));
  if (filter !== null && (typeof filter !== 'string' || filter.length > MAX_QUERY_CHARS)) {
    return refused(idJson, invalid('/filter', `must be a string of at most ${MAX_QUERY_CHARS} characters`));
  }
  if (since !== null && typeof since !== 'string') return refused(idJson, invalid('/since', 'must be a string'));
  if (csrf !== null && typeof csrf !== 'string') return refused(idJson, invalid('/csrf', 'must be a string'));
  return ok({ type: 'SUBSCRIBE', idJson, project, topics, filter: (filter ?? '').trim(), since, csrf });
}

function readUnsubscribe(frame: JsonObject, idJson: string): Result<Frame, FrameRefusal> {
  const topics = readTopics(frame.topics);
  if (topics === null)
    return refused(idJson, invalid('/topics', `must be an array of 1 to ${MAX_TOPICS_PER_SOCKET} strings`));
  return ok({ type: 'UNSUBSCRIBE', idJson, topics });
}

/** Without repeats; null where it is no such list. */
function readTopics(value: Json | undefined): string[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const topics = new Set<string>();
  for (const topic of value) {
    if (typeof topic !== 'string') return null;
    topics.add(topic);
  }
  return topics.size <= MAX_TOPICS_PER_SOCKET ? [...topics] : null;
}

/** As it goes into the answer; null where it is no id. */
function readId(id: Json | undefined): string | null {
  if (id === undefined || id === null) return 'null';
  if (typeof id === 'number') return String(id);
  // A number of more digits than a double holds, as 64-bit counters are.
  if (JSON.isRawJSON(id)) return id.rawJSON.length <= MAX_IDENTIFIER_CHARS ? id.rawJSON : null;
  if (typeof id !== 'string' || id === '' || id.length > MAX_IDENTIFIER_CHARS) return null;
  return PLAIN_ID.test(id) ? `"${id}"` : JSON.stringify(id);
}

function invalid(pointer: string, reason: string): LiveError {
  return { kind: 'invalid_frame', pointer, reason };
}

function refused(idJson: string, error: LiveError): Result<Frame, FrameRefusal> {
  return err({ idJson, error });
}
