import { ok, type Result } from '../shared/result.ts';
import type { JsonObject, Stream } from '../wire/record.ts';
import type { Refusal } from './normalise.ts';
import { shapeVital } from './shape/vital.ts';

/** A record as it came, as far as its stream's shape is made of it. */
export interface Unshaped {
  stream: Stream;
  message: string;
  type: string | null;
  /** Fields that the envelope does not know are among them. Never changed: a shape is a new object. */
  attrs: JsonObject;
}

/** Streams whose records have a shape; those of the others cost one look into this set. */
const SHAPED: ReadonlySet<Stream> = new Set<Stream>(['vitals']);

export function hasShape(stream: Stream): boolean {
  return SHAPED.has(stream);
}

/**
 * The attributes of a record as they are stored: what the sender wrote, and beside it what its stream is summed up by, under the names that are
 * ours. A value that is there and wrong is a refusal; a record that lacks what its stream is about stays as it is, and no rollup knows it.
 */
export function shape(record: Unshaped): Result<JsonObject, Refusal> {
  switch (record.stream) {
    case 'vitals':
      return shapeVital(record.attrs);
    default:
      return ok(record.attrs);
  }
}
