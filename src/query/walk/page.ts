import { comparePositions, isBefore, type Order, type Position } from './order.ts';

export interface Hit extends Position {
  /** The stored line. */
  line: string;
}

/**
 * Records can have 256 Ki characters each; an answer ends before it grows past this, and its cursor goes on. Where they have two bytes each, the
 * lines, their text and its UTF-8 are 56 MB together, of the 128 MB of a Worker.
 */
const MAX_PAGE_CHARS = 8 * 1024 * 1024;
const ID_AT = '{"id":"'.length;
const ID_CHARS = 36;

/** Collects the first `limit` hits of an order after a place, from hits that come in any order. */
export class Page {
  readonly #order: Order;
  readonly #after: Position | null;
  /** Hits that the page still has room for. */
  #left: number;
  #charsLeft: number;
  #hits: Hit[] = [];
  #chars = 0;
  /** The last hit of a page that is full: what lies behind it is of no use. */
  #last: Position | null = null;
  #lastTaken: Position | null = null;
  #dropped = false;

  constructor(order: Order, limit: number, after: Position | null, maxChars = MAX_PAGE_CHARS) {
    this.#order = order;
    this.#after = after;
    this.#left = limit;
    this.#charsLeft = maxChars;
  }

  /** False where no record of this time can be on the page. */
  accepts(ts: number): boolean {
    const after = this.#lastTaken ?? this.#after;
    if (after && isBefore(this.#order, ts, after.ts)) return false;
    if (!this.#last || !isBefore(this.#order, this.#last.ts, ts)) return true;
    this.#dropped = true;
    return false;
  }

  add(line: string, ts: number): void {
    const hit: Hit = { line, ts, id: line.slice(ID_AT, ID_AT + ID_CHARS) };
    // Nothing that was there at the start can come behind what was handed out; what arrived since would break the order.
    const after = this.#lastTaken ?? this.#after;
    if (after && comparePositions(this.#order, hit, after) <= 0) return;
    this.#hits.push(hit);
    this.#chars += line.length;
    if (this.#hits.length >= this.#left * 2 || this.#chars >= this.#charsLeft * 2) this.#cut();
  }

  /** Removes and returns, in order, the hits that nothing still to come can precede; `bound` null: nothing is to come. */
  takeBefore(bound: number | null): Hit[] {
    this.#cut();
    const end = bound === null ? -1 : this.#hits.findIndex(({ ts }) => !isBefore(this.#order, ts, bound));
    const taken = this.#hits.splice(0, end < 0 ? this.#hits.length : end);
    this.#left -= taken.length;
    const last = taken.at(-1);
    if (last) this.#lastTaken = { ts: last.ts, id: last.id };
    for (const { line } of taken) {
      this.#charsLeft -= line.length;
      this.#chars -= line.length;
    }
    return taken;
  }

  /** The last hit that was handed out. */
  get lastTaken(): Position | null {
    return this.#lastTaken;
  }

  /** Nothing more fits. */
  get isFull(): boolean {
    return this.#left === 0;
  }

  /** True where hits were left out because the page is full. */
  get dropped(): boolean {
    return this.#dropped;
  }

  #cut(): void {
    this.#hits.sort((a, b) => comparePositions(this.#order, a, b));
    this.#chars = 0;
    let fitting = 0;
    for (const { line } of this.#hits) {
      // The first record of a page always fits, or the pages after it would never come.
      const isFirst = fitting === 0 && this.#lastTaken === null;
      if (fitting === this.#left || (!isFirst && this.#chars + line.length > this.#charsLeft)) break;
      this.#chars += line.length;
      fitting++;
    }
    if (fitting < this.#hits.length) {
      this.#hits.length = fitting;
      this.#left = fitting;
      this.#dropped = true;
    }
    const last = fitting === this.#left ? this.#hits[fitting - 1] : undefined;
    if (last) this.#last = { ts: last.ts, id: last.id };
  }
}
