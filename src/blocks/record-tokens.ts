import type { Json, LogRecord } from '../wire/record.ts';
import { addTokens, type TokenSet } from './token.ts';

/**
 * The words of a record: those of its message, service, type, its four ids and every attribute value at any depth (numbers and
 * booleans as JSON writes them). Not of attribute names, level and stream: those are searched as fields, by the index row.
 */
export function addRecordTokens(set: TokenSet, record: Omit<LogRecord, 'id' | 'ts' | 'stream' | 'level'>): void {
  addTokens(set, record.message);
  addTokens(set, record.service);
  if (record.type !== undefined) addTokens(set, record.type);
  if (record.traceId !== undefined) addTokens(set, record.traceId);
  if (record.spanId !== undefined) addTokens(set, record.spanId);
  if (record.sessionId !== undefined) addTokens(set, record.sessionId);
  if (record.userId !== undefined) addTokens(set, record.userId);
  addValueTokens(set, record.attrs);
}

export function addValueTokens(set: TokenSet, value: Json): void {
  if (typeof value === 'string') addTokens(set, value);
  else if (typeof value === 'number' || typeof value === 'boolean') addTokens(set, String(value));
  else if (Array.isArray(value)) for (const item of value) addValueTokens(set, item);
  else if (value !== null) for (const key of Object.keys(value)) addValueTokens(set, value[key] as Json);
}

/** For NDJSON that was stored without tokens. */
export function addLineTokens(set: TokenSet, ndjson: string): void {
  for (let start = 0; start < ndjson.length; ) {
    const end = ndjson.indexOf('\n', start);
    const stop = end < 0 ? ndjson.length : end;
    if (stop > start) addRecordTokens(set, JSON.parse(ndjson.slice(start, stop)) as LogRecord);
    start = stop + 1;
  }
}
