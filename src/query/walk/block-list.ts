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
  /** For tests: heads of one page. */
  pageHeads?: number;
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
  #heads: readonly BlockHead[] = [];
  #next = 0;
  #after: BlockHead | null = null;
  #epoch: number | null = null;
  #exhausted = false;
  /** How often the list was read again from its beginning. */
  #startedOver = 0;

  constructor(read: (request: HeadRequest) => Promise<HeadPage>, range: ListRange, coverage: Coverage) {
    this.#read = read;
    this.#range = range;
    this.#coverage = coverage;
  }

  /**
   * The time that no record still to come is before; null when none will come, 'unread' before the first page. Without a read, because it
   * is asked for while a page may be on its way.
   */
  get bound(): number | null | 'unread' {
    const next = this.#first();
    if (next) return headTs(this.#range.order, next.head);
    if (this.#exhausted) return null;
    return this.#after ? headTs(this.#range.order, this.#after) : 'unread';
  }

  /** Reads until it is known whether a block follows. */
  async prime(): Promise<void> {
    while (!this.#first() && !this.#exhausted) await this.#readPage();
  }

  /** The next block, claimed; null at the end. */
  async take(): Promise<Claimed | null> {
    await this.prime();
    const next = this.#first();
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
    return this.#heads.length - this.#next;
  }

  /** The next block of the page that has records which nobody has taken. */
  #first(): Claimed | null {
    for (; this.#next < this.#heads.length; this.#next++) {
      const head = this.#heads[this.#next] as BlockHead;
      const runs = this.#setOf(head).missing(head.firstSeq, head.lastSeq);
      const [only] = runs;
      if (!only) continue;
      return { head, runs, isWhole: runs.length === 1 && only[0] === head.firstSeq && only[1] === head.lastSeq };
    }
    return null;
  }

  async #readPage(): Promise<void> {
    const { fromMs, toMs, stream, order, pageHeads: limit = PAGE_HEADS } = this.#range;
    const begun = this.#startedOver;
    const { heads, epoch } = await this.#read({ fromMs, toMs, stream, order, after: this.#after, limit });
    // The walk reads ahead: the list may have been started over while this page was on its way.
    if (begun !== this.#startedOver) return;
    if (this.#epoch !== null && epoch !== this.#epoch && this.#after !== null) {
      this.#epoch = epoch;
      this.#startOver();
      return;
    }
    this.#epoch = epoch;
    this.#heads = heads;
    this.#next = 0;
    this.#after = heads.at(-1) ?? this.#after;
    this.#exhausted = heads.length < limit;
  }

  #startOver(): void {
    this.#startedOver++;
    this.#heads = [];
    this.#next = 0;
    this.#after = null;
    this.#exhausted = false;
  }

  #setOf(head: BlockHead): ReturnType<Coverage['of']> {
    return this.#coverage.of(head.shard, head.stream);
  }
}
