import type { PlacedPart, Publication, StreamHead, Wanted } from '../../src/journal/index.ts';
import { log } from '../../src/shared/log.ts';
import type { Stream } from '../../src/wire/record.ts';

/** Beyond this the queue is dropped, and the listener makes up for what it missed (hub/feed.ts, alerts/feed.ts). */
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
/** A call across objects carries at most 32 MiB. */
const MAX_PUBLICATION_BYTES = 8 * 1024 * 1024;
/** Inflated: logs pack 20 times and better, and a listener, which holds a publication as text, has 128 MB for all journals and sockets. */
const MAX_PUBLICATION_RAW_BYTES = 4 * 1024 * 1024;
/** A listener that was moved or restarted answers the next call; waits double from the first. After these the queue is dropped. */
const MAX_RETRIES = 5;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 10_000;

type Call = Omit<Publication, 'shard'>;

export interface PublisherPort {
  send(call: Call): Promise<{ attached: boolean }>;
  /** Across restarts: what the listener wants, null where nobody listens. */
  remember(wanted: Wanted | null): void;
  /** Of all streams. */
  heads(): readonly StreamHead[];
  /** For the log. */
  who(): { projectId: string; listener: string };
}

/**
 * Hands what was appended to one listener (the hub, the object of alerts), one call at a time: while a call is under way new parts gather, so the rate of calls falls as
 * the load grows. Nothing depends on a publication arriving: after a loss (this object restarted, the listener was away for long, too
 * much waited) the listener is told where the streams stand, and makes up for what it lacks.
 */
export class Publisher {
  readonly #port: PublisherPort;
  #wanted: Wanted | null;
  /** Calls of attach(): a refusal that was under way when the listener attached again must not undo that. */
  #attachments = 0;
  #queue: Call['parts'] = [];
  #queuedBytes = 0;
  /** Something was dropped. Until the listener has been told, nothing is queued: it will read that too. */
  #lost = false;
  #pumping = false;
  /** Ends the wait before a retry early; does nothing once it is over. */
  #wake: () => void = () => undefined;

  constructor(wanted: Wanted | null, port: PublisherPort) {
    this.#wanted = wanted;
    this.#port = port;
  }

  /** From now on, and of these streams alone. */
  attach(wanted: Wanted): void {
    if (String(this.#wanted) !== String(wanted)) this.#port.remember(wanted);
    this.#wanted = wanted;
    this.#attachments++;
    this.#wake();
  }

  push(parts: readonly PlacedPart[]): void {
    if (this.#wanted === null || !parts.some(({ stream }) => this.#wants(stream))) return;
    if (!this.#lost) {
      for (const { stream, firstSeq, codec, data, rawBytes, summary } of parts) {
        if (!this.#wants(stream)) continue;
        this.#queue.push({ stream, firstSeq, codec, data, rawBytes, summary });
        this.#queuedBytes += data.byteLength;
      }
      if (this.#queuedBytes > MAX_QUEUED_BYTES) this.#lose();
    }
    if (!this.#pumping) void this.#pump();
  }

  /** What an instance before this one had queued went with its memory. */
  recover(): void {
    if (this.#wanted === null) return;
    this.#lost = true;
    if (!this.#pumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    let failures = 0;
    while (this.#wanted !== null && (this.#lost || this.#queue.length > 0)) {
      const attachments = this.#attachments;
      const heads = this.#lost ? this.#port.heads().filter(({ stream }) => this.#wants(stream)) : null;
      const parts = this.#take();
      // What is appended from here on is not in these heads.
      this.#lost = false;
      try {
        const { attached } = await this.#port.send({ parts, heads });
        failures = 0;
        if (!attached && attachments === this.#attachments) {
          this.#wanted = null;
          this.#port.remember(null);
        }
      } catch (cause) {
        log('warn', 'publish_failed', { ...this.#port.who(), failures: ++failures, cause: String(cause) });
        if (heads !== null || failures > MAX_RETRIES) this.#lose();
        else this.#putBack(parts);
        await this.#wait(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)));
      }
    }
    if (this.#wanted === null) this.#clear();
    this.#pumping = false;
  }

  /** Or until the listener calls, which shows that it is there again. */
  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      void scheduler.wait(ms).then(resolve);
    });
  }

  #wants(stream: Stream): boolean {
    return this.#wanted === 'all' || this.#wanted?.includes(stream) === true;
  }

  #take(): Call['parts'] {
    let bytes = 0;
    let rawBytes = 0;
    let count = 0;
    for (const part of this.#queue) {
      bytes += part.data.byteLength;
      rawBytes += part.rawBytes;
      if (count > 0 && (bytes > MAX_PUBLICATION_BYTES || rawBytes > MAX_PUBLICATION_RAW_BYTES)) break;
      this.#queuedBytes -= part.data.byteLength;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  #putBack(parts: Call['parts']): void {
    this.#queue = parts.concat(this.#queue);
    for (const { data } of parts) this.#queuedBytes += data.byteLength;
  }

  #lose(): void {
    this.#clear();
    this.#lost = true;
  }

  #clear(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#lost = false;
  }
}
