import { MAX_RECORDS_PER_REQUEST } from '../wire/limits.ts';
import type { BatchBuilder } from './batch.ts';
import type { ParseError } from './parse.ts';

/**
 * What a body says once for many records may come to this once each has its own copy: four times a body. Said once for 50,000 records, the longest
 * labels that we take would become 800 MB.
 */
const MAX_REPEATED_CHARS = 64 * 1024 * 1024;

/** How many more records of one body can be taken, where they repeat what it says once. */
export class RepeatBudget {
  readonly #batch: BatchBuilder;
  #repeatedChars = 0;

  constructor(batch: BatchBuilder) {
    this.#batch = batch;
  }

  /** Before each record; null where there is room for it and what it repeats. */
  take(repeatedChars: number): ParseError | null {
    const { received, isFull } = this.#batch;
    if (received >= MAX_RECORDS_PER_REQUEST) return { kind: 'too_many_records', limit: MAX_RECORDS_PER_REQUEST };
    this.#repeatedChars += repeatedChars;
    // As many as fit with these labels: sending that many at once works.
    return isFull || this.#repeatedChars > MAX_REPEATED_CHARS ? { kind: 'too_many_records', limit: received } : null;
  }
}
