import { lineLevel, lineTs } from '../../blocks/index.ts';
import type { Level, LogRecord } from '../../wire/record.ts';
import type { CompiledQuery } from '../compile.ts';
import { type Clause, type Needle, UNUSUAL_NUMBER } from '../match/needle.ts';
import type { RawText } from './raw-text.ts';

export interface ScanOptions {
  query: CompiledQuery;
  /** Every record of the text is known to match; lines need not be parsed. */
  matchesAll: boolean;
  /** Inclusive. */
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** The records to look at, counted from 0 in order of the lines; null is all. Both ends inclusive, ascending. */
  lines: readonly (readonly [number, number])[] | null;
  /** False: a record of this time is of no use to the caller any more. */
  accepts(ts: number): boolean;
  /** The match is one object for all calls: what is needed of it later must be copied. */
  onMatch(match: LineMatch): void;
}

/** A line that matches; decoded and parsed only when asked. */
export class LineMatch {
  readonly #text: RawText;
  #line: string | null = null;
  #record: LogRecord | null = null;
  start = 0;
  stop = 0;
  ts = 0;

  constructor(text: RawText) {
    this.#text = text;
  }

  moveTo(start: number, stop: number, ts: number): void {
    this.start = start;
    this.stop = stop;
    this.ts = ts;
    this.#line = null;
    this.#record = null;
  }

  get line(): string {
    this.#line ??= this.#text.line(this.start, this.stop);
    return this.#line;
  }

  get record(): LogRecord {
    this.#record ??= JSON.parse(this.#text.window(this.start, this.stop)) as LogRecord;
    return this.#record;
  }

  get level(): Level {
    return lineLevel(this.#text.units, this.start);
  }
}

/** Calls `onMatch` for each line that matches, in order. */
export function scanText(text: RawText, options: ScanOptions): void {
  const { query } = options;
  const finders = options.matchesAll || text.hasOddFolds ? [] : findersFor(text, query.clauses);
  const [driver, ...others] = finders;
  const end = text.units.length;
  const count = options.lines && lineCounter(text.units, options.lines);
  const match = new LineMatch(text);
  let at = 0;
  while (at < end) {
    let start = at;
    if (driver) {
      const hit = driver.next(at);
      if (hit < 0) return;
      start = text.units.lastIndexOf('\n', hit) + 1;
    }
    const newline = text.units.indexOf('\n', start);
    const stop = newline < 0 ? end : newline;
    at = stop + 1;
    if (stop === start) continue;
    const far = farthest(others, start, stop);
    if (far < 0) return;
    if (far >= stop) {
      // No line before that one can match.
      at = text.units.lastIndexOf('\n', far) + 1;
      continue;
    }
    const ts = lineTs(text.units, start);
    if (ts < options.fromMs || ts >= options.toMs || !options.accepts(ts)) continue;
    if (count && !count(start)) continue;
    match.moveTo(start, stop, ts);
    if (options.matchesAll || query.matches(match.record)) options.onMatch(match);
  }
}

/** Where the nearest hit of each finder lies, the farthest of them: `start` when all are in the line, -1 when one has none left. */
function farthest(finders: readonly Finder[], start: number, stop: number): number {
  for (const finder of finders) {
    const hit = finder.next(start);
    if (hit < 0 || hit >= stop) return hit;
  }
  return start;
}

/** Whether the line that starts at an offset is one of `lines`; offsets must ascend. */
function lineCounter(units: string, lines: readonly (readonly [number, number])[]): (start: number) => boolean {
  let index = 0;
  let at = 0;
  return (start) => {
    while (at < start) {
      at = units.indexOf('\n', at) + 1;
      index++;
    }
    return lines.some(([first, last]) => index >= first && index <= last);
  };
}

/** Finds the occurrences of any needle of a clause; asked for ascending offsets it goes over the text once. */
class Finder {
  readonly #text: string;
  readonly #clause: Clause;
  readonly #next: number[];

  constructor(text: string, clause: Clause) {
    this.#text = text;
    this.#clause = clause;
    this.#next = clause.map(() => -1);
  }

  /** Offset of the first occurrence at or after `from`; -1 when there is none. */
  next(from: number): number {
    let nearest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#next.length; i++) {
      let hit = this.#next[i] as number;
      if (hit < from) {
        const { pattern, bytes } = this.#clause[i] as Needle;
        pattern.lastIndex = from;
        hit = pattern.test(this.#text) ? pattern.lastIndex - bytes : Number.POSITIVE_INFINITY;
        this.#next[i] = hit;
      }
      if (hit < nearest) nearest = hit;
    }
    return nearest === Number.POSITIVE_INFINITY ? -1 : nearest;
  }
}

/** Without the clauses that numbers of this text could satisfy unseen. */
function findersFor(text: RawText, clauses: readonly Clause[]): Finder[] {
  const isNumeric = (clause: Clause): boolean => clause.some((needle) => needle.maybeNumber);
  const usable =
    clauses.some(isNumeric) && UNUSUAL_NUMBER.test(text.units)
      ? clauses.filter((clause) => !isNumeric(clause))
      : clauses;
  return usable.map((clause) => new Finder(text.units, clause));
}
