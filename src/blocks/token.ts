/**
 * Words, as the index and the search language understand them: a maximal run of ASCII letters, digits, `_` and of every
 * UTF-16 unit above 0x7F, without regard to case. Both sides use this file, so the filter has no false negatives.
 */

/** 1 for a unit that belongs to a word. Everything from 0x80 on does: splitting other scripts needs dictionaries. */
const WORD = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const isDigit = c >= 48 && c <= 57;
  const isUpper = c >= 65 && c <= 90;
  const isLower = c >= 97 && c <= 122;
  WORD[c] = isDigit || isUpper || isLower || c === 95 ? 1 : 0;
}
/** The lower-case form of an ASCII unit. */
const FOLD = new Uint8Array(128);
for (let c = 0; c < 128; c++) FOLD[c] = c >= 65 && c <= 90 ? c + 32 : c;

/** FNV-1a over UTF-16 units (Fowler, Noll, Vo; 32 bit). Fast in a loop without allocation; mixed again in the filter. */
const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

export function isWordUnit(unit: number): boolean {
  return unit >= 128 || WORD[unit] === 1;
}

/** A distinct set of token hashes: open addressing over 32-bit integers, grown by doubling. 0 marks an empty slot. */
export class TokenSet {
  #slots: Int32Array;
  #mask: number;
  size = 0;

  /** `capacity`: a power of two; a batch of 500 log records has 3,000 to 4,000 words. */
  constructor(capacity = 8192) {
    this.#slots = new Int32Array(capacity);
    this.#mask = capacity - 1;
  }

  add(hash: number): void {
    const value = hash === 0 ? 1 : hash | 0;
    const slots = this.#slots;
    let at = (value ^ (value >>> 15)) & this.#mask;
    for (;;) {
      const held = slots[at];
      if (held === value) return;
      if (held === 0) break;
      at = (at + 1) & this.#mask;
    }
    slots[at] = value;
    if (++this.size * 2 > slots.length) this.#grow();
  }

  /** The hashes in no particular order, as little-endian 32-bit words. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const out = new Int32Array(this.size);
    let at = 0;
    for (const value of this.#slots) if (value !== 0) out[at++] = value;
    return new Uint8Array(out.buffer);
  }

  addBytes(bytes: Uint8Array): void {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
    for (const value of new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2)) this.add(value);
  }

  *[Symbol.iterator](): Generator<number> {
    for (const value of this.#slots) if (value !== 0) yield value;
  }

  clear(): void {
    this.#slots.fill(0);
    this.size = 0;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    this.#mask = this.#slots.length - 1;
    this.size = 0;
    for (const value of old) if (value !== 0) this.add(value);
  }
}

/** Adds the hash of every word of `text`. */
export function addTokens(set: TokenSet, text: string): void {
  let hash = FNV_OFFSET;
  let inWord = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 128) {
      addFoldedTokens(set, text.toLowerCase());
      return;
    }
    if (WORD[unit] === 1) {
      hash = Math.imul(hash ^ (FOLD[unit] as number), FNV_PRIME);
      inWord = true;
    } else if (inWord) {
      set.add(hash);
      hash = FNV_OFFSET;
      inWord = false;
    }
  }
  if (inWord) set.add(hash);
}

function addFoldedTokens(set: TokenSet, text: string): void {
  for (const word of wordsOf(text)) set.add(tokenHash(word));
}

/** The words of a text, folded, in order. */
export function wordsOf(text: string): string[] {
  const folded = text.toLowerCase();
  const words: string[] = [];
  let start = -1;
  for (let i = 0; i <= folded.length; i++) {
    const inside = i < folded.length && isWordUnit(folded.charCodeAt(i));
    if (inside && start < 0) start = i;
    if (!inside && start >= 0) {
      words.push(folded.slice(start, i));
      start = -1;
    }
  }
  return words;
}

/** Hash of one folded word, the same that addTokens adds. */
export function tokenHash(foldedWord: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < foldedWord.length; i++) hash = Math.imul(hash ^ foldedWord.charCodeAt(i), FNV_PRIME);
  return hash === 0 ? 1 : hash | 0;
}
