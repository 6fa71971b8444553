import type { BatchBuilder, ParseError } from '../ingest/index.ts';
import { MAX_RECORDS_PER_REQUEST } from '../wire/limits.ts';
import type { StreamFields } from './entry.ts';

/**
 * What the labels of a push may come to once each entry has its own copy: four times a body. Said once for 50,000 entries, the longest labels that
 * we take would become 800 MB of records.
 */
const MAX_REPEATED_CHARS = 64 * 1024 * 1024;

/** How much more of one push can be taken. */
export class PushBudget {
  readonly #batch: BatchBuilder;
  #repeatedChars = 0;

  constructor(batch: BatchBuilder) {
    this.#batch = batch;
  }

  /** Before each entry; null where there is room for it. */
  take(stream: Pick<StreamFields, 'chars'> | null): ParseError | null {
    const { received, isFull } = this.#batch;
    if (received >= MAX_RECORDS_PER_REQUEST) return { kind: 'too_many_records', limit: MAX_RECORDS_PER_REQUEST };
    this.#repeatedChars += stream?.chars ?? 0;
    // As many as fit with these labels: sending that many at once works.
    return isFull || this.#repeatedChars > MAX_REPEATED_CHARS ? { kind: 'too_many_records', limit: received } : null;
  }
}
