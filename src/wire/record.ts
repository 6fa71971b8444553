/**
 * The record: one ingested unit, as it is stored, searched, exported and sent to sockets.
 * Key order below is the order in every stored NDJSON line; readers may rely on `id` and `ts` coming first
 * (see blocks/line.ts), because that is what makes a time filter possible without parsing the line.
 */
export const STREAMS = ['logs', 'vitals', 'errors', 'operations', 'metrics', 'spans', 'fraud'] as const;
export type Stream = (typeof STREAMS)[number];

/**
 * What pages have to send: what a browser key, whose text anybody can read, may write. Not `fraud`, which decisions rest on, nor `spans`, which
 * services make: whoever copies the key out of a page could forge them.
 */
export const BROWSER_STREAMS: readonly Stream[] = ['logs', 'vitals', 'errors', 'operations', 'metrics'];

/** Ascending severity. Synonyms are mapped; of an unknown name the record is `info` and `attrs.level` keeps the original (ingest/level.ts). */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof LEVELS)[number];

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface LogRecord {
  /** UUIDv7 given by the server: the time of receipt, random bits of the batch, the position in the batch. */
  id: string;
  /** Unix milliseconds of the event, by the client's clock, or of receipt where the client gave none. */
  ts: number;
  stream: Stream;
  level: Level;
  service: string;
  message: string;
  attrs: JsonObject;
  traceId?: string;
  spanId?: string;
  sessionId?: string;
  userId?: string;
  type?: string;
}

export function isStream(value: unknown): value is Stream {
  return typeof value === 'string' && (STREAMS as readonly string[]).includes(value);
}
