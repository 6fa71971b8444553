import { fromBase64 } from '../shared/bytes.ts';
import { hash53 } from '../shared/hash.ts';

/** Hashes that are kept: so many different texts are counted exactly, more are estimated with a standard error of 1/√510, 4.4 %. */
export const DISTINCT_EXACT = 512;
const HASH_SPACE = 2 ** 53;
/** A hash of 53 bits as it is encoded. */
const HASH_BYTES = 7;

/**
 * How many different texts were added: the k least hashes of them (Bar-Yossef et al., "Counting Distinct Elements in a Data Stream", 2002). Merging
 * is associative, commutative and idempotent. Who makes hashes meet spoils his own count.
 */
export class Distinct {
  readonly #hashes = new Set<number>();
  /** Where all places are taken: the greatest that is kept. */
  #bound = Number.POSITIVE_INFINITY;

  add(text: string): void {
    this.#put(hash53(text));
  }

  merge(other: Distinct): void {
    for (const hash of other.#hashes) this.#put(hash);
    if (other.#bound >= this.#bound) return;
    // What the other gave up lies above its bound, so above it this one knows no better.
    this.#bound = other.#bound;
    for (const hash of this.#hashes) if (hash > this.#bound) this.#hashes.delete(hash);
  }

  get isExact(): boolean {
    return this.#bound === Number.POSITIVE_INFINITY;
  }

  get count(): number {
    return this.isExact ? this.#hashes.size : Math.round((this.#hashes.size - 1) / (this.#bound / HASH_SPACE));
  }

  #put(hash: number): void {
    if (hash > this.#bound || this.#hashes.has(hash)) return;
    this.#hashes.add(hash);
    if (this.#hashes.size <= DISTINCT_EXACT) return;
    const kept = Float64Array.from(this.#hashes).sort();
    this.#hashes.delete(kept[DISTINCT_EXACT] as number);
    this.#bound = kept[DISTINCT_EXACT - 1] as number;
  }

  /** Base64 of the hashes, seven bytes each, and a byte before them that says whether there were more. */
  encode(): string {
    const bytes = Buffer.alloc(1 + this.#hashes.size * HASH_BYTES);
    bytes[0] = this.isExact ? 0 : 1;
    let at = 1;
    for (const hash of Float64Array.from(this.#hashes).sort()) {
      bytes.writeUIntBE(Math.floor(hash / 2 ** 32), at, 3);
      bytes.writeUInt32BE(hash % 2 ** 32, at + 3);
      at += HASH_BYTES;
    }
    return bytes.toString('base64');
  }

  static decode(text: string): Distinct {
    const bytes = Buffer.from(fromBase64(text));
    const distinct = new Distinct();
    for (let at = 1; at + HASH_BYTES <= bytes.byteLength; at += HASH_BYTES) {
      distinct.#hashes.add(bytes.readUIntBE(at, 3) * 2 ** 32 + bytes.readUInt32BE(at + 3));
    }
    if (bytes[0] === 1) distinct.#bound = Math.max(...distinct.#hashes);
    return distinct;
  }
}
