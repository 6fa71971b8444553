import type { LogLine } from '../../shared/log.ts';

/** Of lines that wait in an isolate, and of one batch. A burst beyond it is counted as lost; it is still in the platform's log. */
export const MAX_WAITING = 2_000;
export const MAX_BATCH = 500;
/** From the first line to the batch that it goes with. */
const GATHER_MS = 1_000;
/** A wait or a batch that never ended, because the platform took its request away, is given up after this long. */
const GIVEN_UP_MS = 15_000;
/** Of one batch, until its lines count as lost. */
const MAX_TRIES = 5;
/** On the lines of the shipper's own work: they are never shipped. */
export const OWN_REQUEST_ID = 'own-logs';

export interface Batch {
  /** The same for every try, so that what was written after all is not written twice. */
  id: string;
  lines: readonly LogLine[];
  /** Lines that were given up since the last batch that was stored, by reason: for the ledger. */
  lost: Readonly<Record<string, number>>;
}

export interface ShipPort {
  /** The project that lines go to; null where none is wanted. Throws where that cannot be said. */
  target(): Promise<string | null>;
  /** `refused`: it will not be taken later either. Throws where nobody answers. */
  store(projectId: string, batch: Batch): Promise<'stored' | 'refused'>;
  /** Must not be among the lines. */
  failed(cause: unknown): void;
  newId(): string;
  nowMs(): number;
  wait(ms: number): Promise<void>;
  /** Throws outside of a request, an alarm and the like. */
  waitUntil(work: Promise<void>): void;
}

interface Sending {
  batch: Batch;
  tries: number;
  /** Since when a try is under way; null between two. */
  triedSinceMs: number | null;
}

/**
 * Gathers the lines of an isolate and hands them to the project that keeps them. Nobody waits for it. A line that it takes is stored, waits, or is counted as
 * lost with the next batch that is stored; what an isolate holds when it ends, a second's lines, is in the platform's log alone.
 */
export class Shipper {
  readonly #port: ShipPort;
  #waiting: LogLine[] = [];
  #lost: Record<string, number> = {};
  #sending: Sending | null = null;
  #dueSinceMs: number | null = null;

  constructor(port: ShipPort) {
    this.#port = port;
  }

  /** Never throws. */
  take(line: LogLine): void {
    if (line.fields.requestId === OWN_REQUEST_ID) return;
    if (this.#waiting.length >= MAX_WAITING) this.#lose('buffer_full', 1);
    else this.#waiting.push(line);
    const nowMs = this.#port.nowMs();
    if (this.#dueSinceMs !== null && Math.abs(nowMs - this.#dueSinceMs) < GIVEN_UP_MS) return;
    try {
      this.#dueSinceMs = nowMs;
      this.#port.waitUntil(this.#shipLater());
    } catch {
      // Outside of every request nothing can be waited for: the next line inside of one takes this one along.
      this.#dueSinceMs = null;
    }
  }

  async #shipLater(): Promise<void> {
    await this.#port.wait(GATHER_MS);
    this.#dueSinceMs = null;
    await this.flush();
  }

  /** Stores what waits, in as many batches as that takes. Never throws; what could not be stored goes with a later line. */
  async flush(): Promise<void> {
    try {
      const target = await this.#port.target();
      if (target === null) {
        this.#waiting = [];
        this.#sending = null;
        this.#lost = {};
        return;
      }
      while (await this.#shipOne(target));
    } catch (cause) {
      this.#port.failed(cause);
    }
  }

  /** False where there is nothing more to do now. */
  async #shipOne(target: string): Promise<boolean> {
    const nowMs = this.#port.nowMs();
    const since = this.#sending?.triedSinceMs ?? null;
    if (since !== null && Math.abs(nowMs - since) < GIVEN_UP_MS) return false;
    const sending = this.#sending ?? this.#next(target);
    if (sending === null) return false;
    this.#sending = sending;
    sending.triedSinceMs = nowMs;
    sending.tries++;
    let outcome: 'stored' | 'refused';
    try {
      outcome = await this.#port.store(target, sending.batch);
    } catch (cause) {
      sending.triedSinceMs = null;
      if (sending.tries >= MAX_TRIES && this.#sending === sending) this.#giveUp(sending.batch, 'not_written');
      throw cause;
    }
    // Given up meanwhile, and under way again: the same batch is known by its id.
    if (this.#sending !== sending) return false;
    if (outcome === 'refused') this.#giveUp(sending.batch, 'refused');
    else this.#sending = null;
    return true;
  }

  /** What is about the project that keeps the log is not kept there: each batch would be the cause of the next. */
  #next(target: string): Sending | null {
    const taken = this.#waiting.splice(0, MAX_BATCH);
    const lines = taken.filter(({ fields }) => fields.projectId !== target);
    if (taken.length === 0) return null;
    if (lines.length === 0) return this.#next(target);
    const batch = { id: this.#port.newId(), lines, lost: this.#lost };
    this.#lost = {};
    return { batch, tries: 0, triedSinceMs: null };
  }

  #giveUp({ lines, lost }: Batch, reason: string): void {
    this.#sending = null;
    for (const [before, count] of Object.entries(lost)) this.#lose(before, count);
    this.#lose(reason, lines.length);
  }

  #lose(reason: string, lines: number): void {
    this.#lost[reason] = (this.#lost[reason] ?? 0) + lines;
  }
}
