/** A place in generated code, from 0 on. */
export interface Wanted {
  line: number;
  column: number;
}

/** The segment that a wanted place is in, as indexes into `sources` and `names`; lines and columns from 0 on. */
export interface Segment {
  source: number;
  line: number;
  column: number;
  name: number | null;
}

/** What there is to refer to; null checks no index. */
export interface Bounds {
  sources: number;
  names: number;
}

const SEMICOLON = 59;
const COMMA = 44;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;
const CONTINUES = 32;
/** A number of 32 bits takes seven digits of five bits. */
const MAX_SHIFT = 30;

/**
 * Looks places up in the `mappings` of a source map (ECMA-426): in one pass that keeps nothing but what was asked for, because decoded as
 * arrays the mappings of a large bundle would fill a Worker. Null for each place without an original. 'broken' where the text is no mappings.
 */
export function lookUp(
  mappings: string,
  wanted: readonly Wanted[],
  bounds: Bounds | null = null,
): (Segment | null)[] | 'broken' {
  const reader = new Reader(mappings);
  const lines = byLine(wanted);
  const lastLine = bounds ? Number.POSITIVE_INFINITY : Math.max(-1, ...lines.keys());
  const found: Best[] = wanted.map(() => ({ column: -1, segment: null }));
  let [source, line, column, name] = [0, 0, 0, 0];
  for (let generatedLine = 0; generatedLine <= lastLine; generatedLine++) {
    const here = lines.get(generatedLine) ?? [];
    let generatedColumn = 0;
    while (!reader.atLineEnd) {
      generatedColumn += reader.number();
      let segment: Segment | null = null;
      if (!reader.atSegmentEnd) {
        source += reader.number();
        line += reader.number();
        column += reader.number();
        const isNamed = !reader.atSegmentEnd;
        if (isNamed) name += reader.number();
        segment = { source, line, column, name: isNamed ? name : null };
        if (bounds && !isWithin(segment, bounds)) return 'broken';
      }
      if (reader.isBroken || generatedColumn < 0 || !reader.endSegment()) return 'broken';
      for (const index of here) note(found[index] as Best, generatedColumn, segment, (wanted[index] as Wanted).column);
    }
    if (!reader.nextLine()) break;
  }
  return found.map(({ segment }) => segment);
}

interface Best {
  column: number;
  segment: Segment | null;
}

/** The last segment that begins no later; of those that begin just there, the first. */
function note(best: Best, column: number, segment: Segment | null, wanted: number): void {
  if (column > wanted || column < best.column || (column === best.column && column === wanted)) return;
  best.column = column;
  best.segment = segment;
}

function byLine(wanted: readonly Wanted[]): Map<number, number[]> {
  const lines = new Map<number, number[]>();
  for (const [index, { line }] of wanted.entries()) {
    const known = lines.get(line);
    if (known) known.push(index);
    else lines.set(line, [index]);
  }
  return lines;
}

function isWithin({ source, line, column, name }: Segment, { sources, names }: Bounds): boolean {
  const hasName = name === null || (name >= 0 && name < names);
  return source >= 0 && source < sources && line >= 0 && column >= 0 && hasName;
}

/** Goes through mappings number by number. */
class Reader {
  readonly #text: string;
  #at = 0;
  isBroken = false;

  constructor(text: string) {
    this.#text = text;
  }

  get atSegmentEnd(): boolean {
    const unit = this.#at < this.#text.length ? this.#text.charCodeAt(this.#at) : COMMA;
    return unit === COMMA || unit === SEMICOLON || this.isBroken;
  }

  get atLineEnd(): boolean {
    return this.#at >= this.#text.length || this.#text.charCodeAt(this.#at) === SEMICOLON;
  }

  /** Base 64 VLQ. */
  number(): number {
    let [value, shift] = [0, 0];
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at++);
      const digit = unit < 128 ? (VALUES[unit] as number) : -1;
      if (digit < 0 || shift > MAX_SHIFT) {
        this.isBroken = true;
        return 0;
      }
      value |= (digit & (CONTINUES - 1)) << shift;
      shift += 5;
      if (digit < CONTINUES) break;
    }
    const isNegative = (value & 1) === 1;
    const magnitude = value >>> 1;
    return isNegative ? -magnitude : magnitude;
  }

  /** Passes over the comma behind a segment; false where something else follows. */
  endSegment(): boolean {
    if (this.atLineEnd) return true;
    return this.#text.charCodeAt(this.#at++) === COMMA;
  }

  /** Passes over the semicolon; false at the end of the text. */
  nextLine(): boolean {
    return this.#at++ < this.#text.length;
  }
}
