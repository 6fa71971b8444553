import { toUnixMs } from '../ingest/index.ts';
import { MAX_FUTURE_MS, MAX_IDENTIFIER_CHARS } from '../wire/limits.ts';
import type { Json, JsonObject } from '../wire/record.ts';

export interface Target {
  /** '' where neither the action nor the path names one. */
  index: string;
  /** Null where the client leaves it to the server. */
  id: string | null;
}

/**
 * A document of any mapping → a record that is refused for no field of it. Elasticsearch's clients drop what is refused, and a `level` or a `type` of
 * theirs need not be ours: what the envelope cannot take under its name becomes an attribute. Aliases of the Elastic Common Schema are taken up
 * where every record's are (ingest/aliases.ts). Fills in the given document, which is the caller's own.
 */
export function documentRecord(document: JsonObject, { index, id }: Target, nowMs: number): JsonObject {
  let kept: JsonObject | null = null;
  for (const name of Object.keys(document)) {
    const value = document[name] as Json;
    if (fits(document, name, value, nowMs)) continue;
    kept = define(kept ?? {}, name, value);
    delete document[name];
  }
  if (index !== '') {
    setFree(document, kept, 'index', index);
    // Of the two names of a service that an unknown one may have, the index is the better.
    if (!SERVICE_NAMES.some((name) => Object.hasOwn(document, name)) && index.length <= MAX_IDENTIFIER_CHARS)
      document.service = index;
  }
  if (id !== null) setFree(document, kept, '_id', id);
  if (kept) document.attrs = kept;
  return document;
}

/** Fields from which the record's service is taken (ingest/aliases.ts). */
const SERVICE_NAMES = ['service', 'service.name', 'service_name'] as const;

/** Whether the record may have the field under this name at its top. Names that the envelope does not know always may. */
function fits(document: JsonObject, name: string, value: Json, nowMs: number): boolean {
  switch (name) {
    case 'message':
      return value === null || typeof value !== 'object';
    case 'level':
      return value === null || typeof value === 'string' || typeof value === 'number';
    case 'service':
    case 'traceId':
    case 'spanId':
    case 'sessionId':
    case 'userId':
    case 'type':
      return (
        value === null ||
        (typeof value === 'string' && value.length <= MAX_IDENTIFIER_CHARS) ||
        isEcsService(name, value)
      );
    case 'ts':
    case 'timestamp': {
      // `@timestamp` is the document's time; another one is data.
      const ms = document['@timestamp'] === undefined ? toUnixMs(value) : null;
      return ms !== null && ms <= nowMs + MAX_FUTURE_MS;
    }
    // Ours by name only: what the document means by them is its own.
    case 'stream':
    case 'attrs':
      return false;
    default:
      return true;
  }
}

/** `service: {name: …}`, from which the record's service is taken. */
function isEcsService(name: string, value: Json): boolean {
  if (name !== 'service' || typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return typeof value.name === 'string' && value.name !== '' && value.name.length <= MAX_IDENTIFIER_CHARS;
}

function define(target: JsonObject, name: string, value: Json): JsonObject {
  return Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function setFree(document: JsonObject, kept: JsonObject | null, name: string, value: string): void {
  let free = name;
  while (Object.hasOwn(document, free) || (kept && Object.hasOwn(kept, free))) free += '_';
  document[free] = value;
}
