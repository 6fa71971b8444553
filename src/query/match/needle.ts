/**
 * Needles: text that must occur in the stored line of any record that matches, so that most lines are passed over without being parsed.
 * They are looked for in two places: in a line folded as text, and in a whole block read as Latin-1 (scan/raw-text.ts), where one unit is
 * one byte and offsets stay true whatever the script.
 */
export interface Needle {
  /** Folded, and escaped as JSON.stringify escapes it. */
  text: string;
  /** Length of its UTF-8 form. */
  bytes: number;
  /**
   * Finds its UTF-8 bytes, read as Latin-1, without regard to case: three times as fast as folding the text and searching that. Global: set
   * lastIndex first.
   */
  pattern: RegExp;
  /** It might stand for a number, and numbers that a double does not hold are stored as the client wrote them. */
  maybeNumber: boolean;
}

/** At least one of the needles occurs. */
export type Clause = readonly Needle[];

/**
 * Upper-case letters that fold into ASCII, or into two units: a text with one of them can match a needle that its bytes do not hold.
 * A test goes through all of Unicode to show that these are all.
 */
export const ODD_FOLDS: readonly string[] = ['\u0130', '\u212a'];

/** Number literals that are not written as JSON.stringify would write their value; over-inclusive. */
export const UNUSUAL_NUMBER = /[:[,]-?(?:[\d.]{16}|\d+(?:\.\d+)?[eE]|\d+\.\d*0[,}\]])/;

/** What String(number) consists of, beside "infinity". */
const NUMERIC_ONLY = /^[\d.e+-]*$/;

/** The needle for text that must occur inside one value; null where nothing of it is safe to look for. */
export function needleFor(foldedValueText: string): Needle | null {
  let longest = '';
  for (const run of safeRuns(foldedValueText)) if (run.length > longest.length) longest = run;
  if (longest === '') return null;
  const maybeNumber = NUMERIC_ONLY.test(longest) || '-infinity'.includes(longest);
  return makeNeedle(JSON.stringify(longest).slice(1, -1), maybeNumber);
}

/** A whole string value, with its quotes. */
export function quotedNeedle(foldedValue: string): Needle | null {
  const isWhole = foldedValue === '' || safeRuns(foldedValue)[0] === foldedValue;
  return isWhole ? makeNeedle(JSON.stringify(foldedValue), false) : needleFor(foldedValue);
}

/** A property whose name is, or ends in, `name`. */
export function propertyNeedle(name: string): Needle | null {
  const folded = name.toLowerCase();
  return safeRuns(folded)[0] === folded ? makeNeedle(`${JSON.stringify(folded).slice(1)}:`, false) : null;
}

/** A part of a needle is a needle too. A long one finds no fewer lines, and text that nearly repeats it costs its length each time. */
const MAX_NEEDLE_CHARS = 64;

function makeNeedle(text: string, maybeNumber: boolean): Needle {
  // Not in the middle of a pair: the bytes of one half are not part of the bytes of both.
  const cut = text.length > MAX_NEEDLE_CHARS ? text.slice(0, MAX_NEEDLE_CHARS).replace(/[\ud800-\udbff]$/, '') : text;
  const bytes = Buffer.from(cut, 'utf8').toString('latin1');
  const pattern = new RegExp(bytes.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'gi');
  return { text: cut, bytes: bytes.length, pattern, maybeNumber };
}

/**
 * The runs of characters that look the same wherever they stand: ASCII, and what has no case. Letters of other scripts with case would
 * need both forms, and sigma folds by its neighbours, which differ between a value and its JSON.
 */
function safeRuns(text: string): string[] {
  const runs: string[] = [];
  let run = '';
  for (const char of text) {
    if (isSafe(char)) {
      run += char;
    } else if (run !== '') {
      runs.push(run);
      run = '';
    }
  }
  if (run !== '') runs.push(run);
  return runs;
}

export function isSafe(char: string): boolean {
  const code = char.codePointAt(0) as number;
  if (code < 128) return char === char.toLowerCase();
  if (code >= 0xd800 && code <= 0xdfff) return false;
  return char.toLowerCase() === char && char.toUpperCase() === char;
}
