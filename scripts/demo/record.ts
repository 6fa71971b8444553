import type { JsonObject, Level, Stream } from '../../src/wire/record.ts';

/** A record as a client sends it: the server gives the id. */
export interface DemoRecord {
  ts: number;
  stream: Stream;
  level: Level;
  service: string;
  type: string;
  message: string;
  attrs: JsonObject;
  traceId?: string;
  sessionId?: string;
  userId?: string;
}
