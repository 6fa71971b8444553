import type { BlockHead, HeadPage, HeadRequest } from '../../blocks/index.ts';
import type { Stream } from '../../wire/record.ts';
import { headTs, type Order } from './order.ts';
import type { Coverage, SeqRun } from './seq-set.ts';

/** Heads of one read: about 300 KB of rows. */
const PAGE_HEADS = 2_000;

export interface ListRange {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  stream: Stream | null;
  order: Order;
}

/** A block on its way through a query, with those of its records that were not taken before. */
export interface Claimed {
  head: BlockHead;
  runs: readonly SeqRun[];
  /** Every record of the block is in `runs`. */
  isWhole: boolean;
}

/**
 * The blocks of a range in order of time, read page by page. What is handed out is claimed in the coverage, so that after a compaction the
 * list can simply be read again from its beginning.
 */
export class BlockList {
  readonly #read: (request: HeadRequest) => Promise<HeadPage>;
  readonly #range: ListRange;
  readonly #coverage: Coverage;
  #pending: Claimed[] = [];
  #next = 0;
  #after: BlockHead | null = null;
  #epoch: number | null = null;
  #exhausted = false;

  constructor(read: (request: HeadRequest) => Promise<HeadPage>, range: ListRange, coverage: Coverage) {
    this.#read = read;
    this.#range = range;
    this.#coverage = coverage;
  }

  /** The time of the first record that may still come; null when none will. */
  async bound(): Promise<number | null> {
    const next = await this.#peek();
    return next ? headTs(this.#range.order, next.head) : null;
  }

  /** The next block, claimed; null at the end. */
  async take(): Promise<Claimed | null> {
    const next = await this.#peek();
    if (!next) return null;
    this.#next++;
    for (const [first, last] of next.runs) this.#setOf(next.head).add(first, last);
    return next;
  }

  /** The block was gone when it was read: its records are in another one now. */
  giveBack({ head, runs }: Claimed): void {
    for (const [first, last] of runs) this.#setOf(head).remove(first, last);
    this.#startOver();
  }

  /** Blocks known to follow; more may be on later pages. */
  get left(): number {
    return this.#pending.length - this.#next;
  }

  async #peek(): Promise<Claimed | null> {
    for (;;) {
      const next = this.#pending[this.#next];
      if (next) {
        // Claims made since the page was read may have covered it.
        const current = this.#claim(next.head);
        if (current) {
          this.#pending[this.#next] = current;
          return current;
        }
        this.#next++;
        continue;
      }
      if (this.#exhausted) return null;
      await this.#readPage();
    }
  }

  async #readPage(): Promise<void> {
    const { heads, epoch } = await this.#read({ ...this.#range, after: this.#after, limit: PAGE_HEADS });
    if (this.#epoch !== null && epoch !== this.#epoch && this.#after !== null) {
      this.#epoch = epoch;
      this.#startOver();
      return;
    }
    this.#epoch = epoch;
    this.#pending = heads.map((head) => ({ head, runs: [], isWhole: false }));
    this.#next = 0;
    this.#after = heads.at(-1) ?? this.#after;
    this.#exhausted = heads.length < PAGE_HEADS;
  }

  #startOver(): void {
    this.#pending = [];
    this.#next = 0;
    this.#after = null;
    this.#exhausted = false;
  }

  #claim(head: BlockHead): Claimed | null {
    const runs = this.#setOf(head).missing(head.firstSeq, head.lastSeq);
    const [only] = runs;
    if (!only) return null;
    return { head, runs, isWhole: runs.length === 1 && only[0] === head.firstSeq && only[1] === head.lastSeq };
  }

  #setOf(head: BlockHead): ReturnType<Coverage['of']> {
    return this.#coverage.of(head.shard, head.stream);
  }
}
