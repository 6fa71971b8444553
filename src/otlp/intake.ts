import type { BatchBuilder, ParseError } from '../ingest/index.ts';
import { MAX_RECORDS_PER_REQUEST } from '../wire/limits.ts';
import type { JsonObject } from '../wire/record.ts';
import type { Flaw } from './fields.ts';

/**
 * What the records of one request may repeat of their resources, scopes and metrics, in characters. Every stored record carries them, so that
 * it can be read alone; without a bound a body of 16 MB could hold a large resource and make gigabytes of it.
 */
const MAX_REPEATED_CHARS = 64 * 1024 * 1024;

/** As many as there are where each record has a resource, a scope and a metric of its own. Empty ones take two bytes each, and work. */
const MAX_CONTAINERS = 3 * MAX_RECORDS_PER_REQUEST;

/** Takes the records of one request, as many as it may have. */
export class Intake {
  /** Why no more are taken. The readers look after each record. */
  full: ParseError | null = null;
  readonly #batch: BatchBuilder;
  #repeatedChars = 0;
  #containers = 0;

  constructor(batch: BatchBuilder) {
    this.#batch = batch;
  }

  /** Before a resource, scope or metric is read. False: the request has too many. */
  enter(): boolean {
    if (++this.#containers > MAX_CONTAINERS) this.full ??= { kind: 'too_many_records', limit: MAX_RECORDS_PER_REQUEST };
    return this.full === null;
  }

  /** `repeatedChars`: of the record, what every record beside it has too. */
  take(record: JsonObject, repeatedChars: number): void {
    if (!this.#hasRoom(repeatedChars)) return;
    this.#batch.add(record);
  }

  reject({ pointer, reason }: Flaw): void {
    if (!this.#hasRoom(0)) return;
    this.#batch.addMalformed(reason, pointer);
  }

  #hasRoom(repeatedChars: number): boolean {
    this.#repeatedChars += repeatedChars;
    const { received, isFull } = this.#batch;
    if (received < MAX_RECORDS_PER_REQUEST && this.#repeatedChars <= MAX_REPEATED_CHARS && !isFull) return true;
    this.full ??= { kind: 'too_many_records', limit: received };
    return false;
  }
}
