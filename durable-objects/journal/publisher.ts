import type { PlacedPart, Publication } from '../../src/journal/index.ts';

/** Beyond this the queue is dropped: the hub sees the gap in the sequence and reads what it missed (hub/feed.ts). */
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
/** A call across objects carries at most 32 MiB. */
const MAX_PUBLICATION_BYTES = 8 * 1024 * 1024;

/**
 * Hands what was appended to the hub, one call at a time: while a call is under way new parts gather, so the rate of calls falls as
 * the load grows. Nothing depends on a publication arriving; a failed one leaves a gap that the hub fills from the journal.
 */
export class Publisher {
  #attached: boolean;
  #queue: Publication['parts'] = [];
  #queuedBytes = 0;
  #pumping = false;
  readonly #send: (publication: Omit<Publication, 'shard'>) => Promise<{ attached: boolean }>;
  readonly #remember: (attached: boolean) => void;

  constructor(
    attached: boolean,
    send: (publication: Omit<Publication, 'shard'>) => Promise<{ attached: boolean }>,
    remember: (attached: boolean) => void,
  ) {
    this.#attached = attached;
    this.#send = send;
    this.#remember = remember;
  }

  attach(): void {
    if (!this.#attached) this.#remember(true);
    this.#attached = true;
  }

  push(parts: readonly PlacedPart[]): void {
    if (!this.#attached || parts.length === 0) return;
    for (const { stream, firstSeq, codec, data, rawBytes, summary } of parts) {
      this.#queue.push({ stream, firstSeq, codec, data, rawBytes, summary });
      this.#queuedBytes += data.byteLength;
    }
    if (this.#queuedBytes > MAX_QUEUED_BYTES) this.#clear();
    if (!this.#pumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#attached && this.#queue.length > 0) {
        const { attached } = await this.#send({ parts: this.#take() });
        if (!attached) {
          this.#attached = false;
          this.#remember(false);
        }
      }
    } catch (cause) {
      console.warn(JSON.stringify({ level: 'warn', event: 'publish_failed', cause: String(cause) }));
    } finally {
      if (!this.#attached) this.#clear();
      this.#pumping = false;
    }
  }

  #take(): Publication['parts'] {
    let bytes = 0;
    let count = 0;
    for (const part of this.#queue) {
      if (count > 0 && bytes + part.data.byteLength > MAX_PUBLICATION_BYTES) break;
      bytes += part.data.byteLength;
      count++;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  #clear(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
  }
}
