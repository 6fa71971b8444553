import type { JsonObject } from '../wire/record.ts';
import type { Context } from './fields.ts';
import type { Intake } from './intake.ts';
import type { JsonParts, Piece } from './json-parts.ts';
import type { JsonReader } from './json-values.ts';

/** What the readers of one request share. */
export interface JsonExport {
  parts: JsonParts;
  read: JsonReader;
  intake: Intake;
}

/** Reads one log record, span or metric. */
export type JsonItemReader = (from: JsonExport, item: Piece, context: Context) => void;

/** A record's own object; null where it is none, or too long, and then it is rejected. */
export function itemObject({ parts, read, intake }: JsonExport, item: Piece): JsonObject | null {
  const value = parts.whole(item);
  if (parts.malformed !== null) return null;
  if (value === undefined) {
    intake.reject({ pointer: '', reason: 'is longer than a record may be' });
    return null;
  }
  read.flaw = null;
  const object = read.object(value, '');
  if (read.flaw === null) return object;
  intake.reject(read.flaw);
  return null;
}
