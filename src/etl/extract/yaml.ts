import { MAX_RECORD_CHARS } from '../../wire/limits.ts';
import { Held } from './held.ts';
import { bomLength, decodeLeniently, decodeUtf8, NOT_UTF8 } from './text.ts';
import { type Extracted, type Extractor, MAX_HEAD_BYTES, tooLarge, unitsOf } from './unit.ts';
import { itemsOf, MARKER_BYTES, tokensAtMost, YamlSplit } from './yaml-split.ts';
import { yamlDocuments } from './yaml-value.ts';

const NEWLINE = 10;
/** One document, or one item of a document that is a sequence: as much as a record may hold. */
const MAX_YAML_BYTES = MAX_RECORD_CHARS;
/**
 * The parser makes half a kilobyte of objects for each token, so 256 KiB of nothing but brackets would fill an isolate. Prose and records have a
 * token in four bytes.
 */
const MAX_YAML_TOKENS = 32 * 1024;
const TOO_DENSE = `has more than ${MAX_YAML_TOKENS} YAML tokens`;

/** YAML documents one after another. Of each that is a sequence the elements are units; empty documents are none. */
export class YamlExtractor implements Extractor {
  readonly #held = new Held();
  readonly #split = new YamlSplit();
  #isStarted = false;
  /** Where the next line begins, counted from `held.start`; in the middle of one that has been looked at, where to look for its end. */
  #lineAt = 0;
  #isInLine = false;
  /** Where the last item of a sequence begins, counted alike. */
  #itemAt = 0;
  #head: string | null = null;

  push(chunk: Uint8Array): Iterable<Extracted> {
    this.#held.append(chunk);
    return this.#read(false);
  }

  end(): Iterable<Extracted> {
    return this.#read(true);
  }

  *#read(isLast: boolean): Generator<Extracted> {
    const held = this.#held;
    if (!this.#isStarted) {
      const mark = bomLength(held.bytes.subarray(held.start, held.end), isLast);
      if (mark === null) return;
      held.start += mark;
      this.#isStarted = true;
    }
    for (;;) {
      const at = held.start + this.#lineAt;
      const newline = held.bytes.subarray(0, held.end).indexOf(NEWLINE, at);
      if (newline < 0 && !isLast && !this.#isInLine && !this.#isMarkerKnown(at)) return yield* this.#letGo();
      const lineEnd = newline < 0 ? held.end : newline;
      const cut = this.#isInLine ? 'none' : this.#split.line(held.bytes, at, lineEnd, this.#pieceBytes());
      if (cut === 'before') yield* this.#piece(this.#lineAt, this.#split.wasSequence);
      if (!this.#isInLine && this.#split.isItem) this.#itemAt = this.#lineAt;
      this.#lineAt = (newline < 0 ? held.end : newline + 1) - held.start;
      this.#isInLine = newline < 0;
      if (cut === 'after') yield* this.#piece(this.#lineAt, this.#split.wasSequence);
      if (newline >= 0) continue;
      if (isLast) yield* this.#piece(this.#lineAt, this.#split.isSequence);
      else yield* this.#letGo();
      return;
    }
  }

  #pieceBytes(): number {
    return this.#head === null ? this.#lineAt : Number.POSITIVE_INFINITY;
  }

  #isLong(at: number): boolean {
    return this.#head !== null || at - this.#held.start > MAX_YAML_BYTES;
  }

  /** Of a line that is cut: only where it must be let go, it is looked at before its end is there. */
  #isMarkerKnown(lineAt: number): boolean {
    return this.#isLong(this.#held.end) && this.#held.end - lineAt >= MARKER_BYTES;
  }

  /** The first `bytes` that are held are one document, or some items of one; the items before one that is too large are kept from its fate. */
  *#piece(bytes: number, isSequence: boolean): Generator<Extracted> {
    const isLong = this.#isLong(this.#held.start + bytes);
    const itemAt = isLong && isSequence && this.#head === null ? this.#itemAt : 0;
    if (itemAt > 0) yield* unitsOfText(this.#take(itemAt), true);
    const rest = bytes - itemAt;
    if (!this.#isLong(this.#held.start + rest)) return yield* unitsOfText(this.#take(rest), isSequence);
    const head = this.#head ?? this.#headText();
    this.#head = null;
    this.#take(rest);
    yield tooLarge(MAX_YAML_BYTES, head);
  }

  #take(bytes: number): Uint8Array {
    const { start } = this.#held;
    this.#held.start += bytes;
    this.#lineAt -= bytes;
    this.#itemAt = Math.max(0, this.#itemAt - bytes);
    return this.#held.bytes.subarray(start, start + bytes);
  }

  /** Called where the piece is not complete: of one that is too large only the head is kept. */
  *#letGo(): Generator<Extracted> {
    if (!this.#isLong(this.#held.end)) return;
    if (this.#itemAt > 0 && this.#head === null) yield* unitsOfText(this.#take(this.#itemAt), true);
    if (!this.#isLong(this.#held.end)) return;
    this.#head ??= this.#headText();
    this.#take(this.#lineAt);
  }

  #headText(): string {
    const { bytes, start, end } = this.#held;
    return `${decodeLeniently(bytes.subarray(start, Math.min(end, start + MAX_HEAD_BYTES)))}…`;
  }
}

function unitsOfText(bytes: Uint8Array, isSequence: boolean): Extracted[] {
  const text = decodeUtf8(bytes);
  if (text === null) return [{ reason: NOT_UTF8, raw: decodeLeniently(bytes) }];
  const units = unitsOfPiece(text);
  if (!isSequence || units.every(isValue)) return units;
  // One bad item costs one item. Where each is good and they are not together, nobody knows which is meant.
  const byItem = itemsOf(text).flatMap(unitsOfPiece);
  const isDense = units.some((unit) => 'reason' in unit && unit.reason === TOO_DENSE);
  return byItem.every(isValue) && !isDense ? units : byItem;
}

function unitsOfPiece(text: string): Extracted[] {
  if (tokensAtMost(text) > MAX_YAML_TOKENS) return [{ reason: TOO_DENSE, raw: text }];
  return yamlDocuments(text).flatMap((document) => {
    if ('reason' in document) return [{ reason: document.reason, raw: text }];
    return document.isEmpty ? [] : [...unitsOf(document.value)];
  });
}

function isValue(unit: Extracted): boolean {
  return 'value' in unit;
}
