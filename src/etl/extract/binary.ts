import { toBase64 } from '../../shared/bytes.ts';
import type { BinaryFormat } from './binary-format.ts';
import { detect, formatOf } from './detect.ts';
import { Held } from './held.ts';
import { type ItemScan, MORE } from './item-scan.ts';
import { messagePack } from './msgpack.ts';
import { NOT_UTF8 } from './text.ts';
import { type Extracted, type Extractor, MAX_HEAD_BYTES, MAX_UNIT_BYTES, TOO_DEEP, tooLarge } from './unit.ts';

type State =
  | { kind: 'between' }
  /** In a top-level array, before an element. Of indefinite length: Infinity. */
  | { kind: 'array'; left: number }
  | { kind: 'value'; left: number }
  /** Nobody can say where the next value begins. It is reported when enough has come to recognise the place by. */
  | { kind: 'losing'; reason: string }
  /** What still comes is passed over. */
  | { kind: 'lost' };

/** What is left of the array where there is none. */
const NO_ARRAY = 0;

/**
 * MessagePack or CBOR values one after another, arrays at the top element by element. A value is decoded when ItemScan has seen all of it, so
 * no byte is decoded twice and no header allocates what it claims.
 */
export class BinaryExtractor implements Extractor {
  readonly #held = new Held();
  /** Where the sender named the format, values that are no records are handed on, for the schema to refuse one by one. */
  readonly #isDeclared: boolean;
  #format: BinaryFormat | null;
  #scan: ItemScan | null;
  #state: State = { kind: 'between' };
  #head: string | null = null;
  #position = 0;

  constructor(contentType: string | null) {
    this.#format = formatOf(contentType);
    this.#isDeclared = this.#format !== null;
    this.#scan = this.#format?.newScan() ?? null;
  }

  push(chunk: Uint8Array): Iterable<Extracted> {
    if (this.#state.kind === 'lost') return [];
    this.#held.append(chunk);
    return this.#read(false);
  }

  end(): Iterable<Extracted> {
    return this.#read(true);
  }

  *#read(isLast: boolean): Generator<Extracted> {
    const held = this.#held;
    for (;;) {
      const [format, scan] = [this.#format, this.#scan];
      if (format === null || scan === null) {
        if (held.start === held.end) return;
        const detected = detect(held.bytes, held.start, held.end, isLast);
        if (detected === MORE) return;
        this.#format = detected === 'neither' ? messagePack : detected;
        this.#scan = this.#format.newScan();
        if (detected === 'neither') this.#lose('neither MessagePack nor CBOR: it begins with no map or array');
        continue;
      }
      const state = this.#state;
      switch (state.kind) {
        case 'lost':
          return;
        case 'losing':
          if (!isLast && this.#head === null && held.end - held.start < MAX_HEAD_BYTES) return;
          yield this.#giveUp(state.reason);
          return;
        case 'between':
          if (!this.#begin(format, scan, isLast)) return;
          break;
        case 'array':
          if (held.start < held.end) {
            if (format.isBreak(held.bytes[held.start] as number) && state.left === Number.POSITIVE_INFINITY) {
              this.#use(1);
              this.#state = { kind: 'between' };
            } else {
              scan.reset();
              this.#state = { kind: 'value', left: state.left };
            }
            break;
          }
          if (isLast) yield this.#endInArray(format, state.left);
          return;
        case 'value': {
          const at = scan.run(held.bytes, held.start, held.end);
          if (at === MORE && !isLast) return this.#letGo(scan);
          if (at === MORE) yield this.#reject(`not valid ${format.name}: the input ends inside a value`, held.end);
          else if (at < 0) this.#lose(`not valid ${format.name}: byte ${this.#position + scan.at} begins no value`);
          else yield* this.#finish(format, scan, at, state.left);
          if (at === MORE) return;
          break;
        }
      }
    }
  }

  /** Goes on to the next value or into an array; false where bytes are missing. What is no record is, undeclared, probably no value either. */
  #begin(format: BinaryFormat, scan: ItemScan, isLast: boolean): boolean {
    const { bytes, start, end } = this.#held;
    if (start === end) return false;
    const mark = format.prefixBytes(bytes, start, end);
    const array = mark === MORE ? MORE : format.openArray(bytes, start, end);
    if (array === MORE && !isLast) return false;
    if (mark > 0) {
      this.#use(mark);
    } else if (array !== null && array !== MORE) {
      this.#use(array.headerBytes);
      if (array.elements > 0) this.#state = { kind: 'array', left: array.elements };
    } else if (!this.#isDeclared && array === null && !format.beginsMap(bytes[start] as number)) {
      this.#lose(`not valid ${format.name}: no record begins at byte ${this.#position}`);
    } else {
      scan.reset();
      this.#state = { kind: 'value', left: NO_ARRAY };
    }
    return true;
  }

  *#finish(format: BinaryFormat, scan: ItemScan, at: number, left: number): Generator<Extracted> {
    this.#state = left > 1 ? { kind: 'array', left: left - 1 } : { kind: 'between' };
    const { bytes, start } = this.#held;
    if (this.#isLong(at) || scan.isTooDeep) return yield this.#reject(TOO_DEEP, at);
    if (scan.isBadText) return yield this.#reject(NOT_UTF8, at);
    const unit = decoded(format, bytes.subarray(start, at));
    if ('reason' in unit) return yield this.#reject(unit.reason, at);
    this.#use(at - start);
    yield unit;
  }

  #isLong(at: number): boolean {
    return this.#head !== null || at - this.#held.start > MAX_UNIT_BYTES;
  }

  #reject(reason: string, at: number): Extracted {
    const { bytes, start } = this.#held;
    const isLong = this.#isLong(at);
    const raw = isLong ? (this.#head ?? this.#headText()) : toBase64(bytes.subarray(start, at));
    this.#head = null;
    this.#use(at - start);
    return isLong ? tooLarge(MAX_UNIT_BYTES, raw) : { reason, raw };
  }

  #lose(reason: string): void {
    this.#state = { kind: 'losing', reason };
  }

  /** The beginning of the place, in base64, and the position in the reason say where. */
  #giveUp(reason: string): Extracted {
    const raw = this.#head ?? this.#headText();
    this.#state = { kind: 'lost' };
    this.#use(this.#held.end - this.#held.start);
    return { reason: `${reason}; what follows cannot be read`, raw };
  }

  #endInArray(format: BinaryFormat, left: number): Extracted {
    this.#state = { kind: 'lost' };
    const missing = left === Number.POSITIVE_INFINITY ? 'without its end' : `${left} elements early`;
    return { reason: `not valid ${format.name}: the input ends inside an array, ${missing}`, raw: '' };
  }

  /** Called where the value is not complete: of one that is too large only the head is kept, and a header that is cut. */
  #letGo(scan: ItemScan): void {
    if (!this.#isLong(this.#held.end)) return;
    this.#head ??= this.#headText();
    scan.isPassing = true;
    this.#use(scan.at);
    scan.at = 0;
  }

  #headText(): string {
    const { bytes, start, end } = this.#held;
    return toBase64(bytes.subarray(start, Math.min(end, start + MAX_HEAD_BYTES)));
  }

  #use(bytes: number): void {
    this.#held.start += bytes;
    this.#position += bytes;
  }
}

function decoded(format: BinaryFormat, bytes: Uint8Array): Extracted {
  try {
    return { value: format.decode(bytes) };
  } catch (cause) {
    // Both libraries throw plain Errors at what they do not take: a simple value without a meaning, a tag on the wrong type, `__proto__`.
    return { reason: `not valid ${format.name}: ${cause instanceof Error ? cause.message : String(cause)}`, raw: '' };
  }
}
