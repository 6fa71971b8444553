import type { PlacedPart, Publication } from '../../src/journal/index.ts';

/** Beyond this the queue is dropped: the hub sees the gap in the sequence and reads what it missed (hub/feed.ts). */
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
/** A call across objects carries at most 32 MiB. */
const MAX_PUBLICATION_BYTES = 8 * 1024 * 1024;
/** A hub that was moved or restarted answers the next call; waits double from the first. */
const MAX_RETRIES = 5;
const FIRST_RETRY_MS = 100;

/**
 * Hands what was appended to the hub, one call at a time: while a call is under way new parts gather, so the rate of calls falls as
 * the load grows. Nothing depends on a publication arriving; one that fails again and again leaves a gap that the hub fills from the
 * journal as soon as the next arrives.
 */
export class Publisher {
  #attached: boolean;
  /** Calls of attach(): a refusal that was under way when the hub attached again must not undo that. */
  #attachments = 0;
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
    this.#attachments++;
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
    let failures = 0;
    while (this.#attached && this.#queue.length > 0) {
      const attachments = this.#attachments;
      const parts = this.#take();
      try {
        const { attached } = await this.#send({ parts });
        failures = 0;
        if (!attached && attachments === this.#attachments) {
          this.#attached = false;
          this.#remember(false);
        }
      } catch (cause) {
        console.warn(
          JSON.stringify({ level: 'warn', event: 'publish_failed', failures: ++failures, cause: String(cause) }),
        );
        if (failures > MAX_RETRIES) break;
        this.#queue.unshift(...parts);
        for (const { data } of parts) this.#queuedBytes += data.byteLength;
        await scheduler.wait(FIRST_RETRY_MS * 2 ** (failures - 1));
      }
    }
    if (!this.#attached) this.#clear();
    this.#pumping = false;
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
