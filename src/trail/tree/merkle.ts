import { emptyHash, nodeHash } from './hashes.ts';

/** The root of the whole subtree over leaves `index * 2^height` to `(index + 1) * 2^height - 1`. */
export type Subtrees = (height: number, index: number) => Promise<Uint8Array>;

/** RFC 6962, 2.1: MTH of the first `size` leaves. */
export async function rootOf(size: number, subtrees: Subtrees): Promise<Uint8Array> {
  return size === 0 ? emptyHash() : rangeRoot(0, size, subtrees);
}

/** RFC 6962, 2.1.1: PATH(leafIndex, D[size]), from the leaf up. `leafIndex` is below `size`. */
export async function inclusionPath(leafIndex: number, size: number, subtrees: Subtrees): Promise<Uint8Array[]> {
  const path: Uint8Array[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    const isLeft = leafIndex < middle;
    path.unshift(await (isLeft ? rangeRoot(middle, to, subtrees) : rangeRoot(from, middle, subtrees)));
    if (isLeft) to = middle;
    else from = middle;
  }
  return path;
}

/** Ranges come from splitting by the RFC, so that those of a power of two begin at a multiple of it. */
async function rangeRoot(from: number, to: number, subtrees: Subtrees): Promise<Uint8Array> {
  const count = to - from;
  const height = Math.log2(count);
  if (Number.isInteger(height)) return subtrees(height, from / count);
  const middle = from + splitOf(count);
  return nodeHash(await rangeRoot(from, middle, subtrees), await rangeRoot(middle, to, subtrees));
}

/** The largest power of two below `count`, which is at least 2. */
function splitOf(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** The roots of the whole subtrees that leaves 0 to `size - 1` fall into, largest first: all that is needed to go on and to tell the root. */
export class CompactRange {
  #size = 0;
  #roots: Uint8Array[] = [];

  /** Null where the number of roots is not that of the size. */
  static of(size: number, roots: readonly Uint8Array[]): CompactRange | null {
    const range = new CompactRange();
    let bits = 0;
    for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
    if (bits !== roots.length) return null;
    range.#size = size;
    range.#roots = [...roots];
    return range;
  }

  get size(): number {
    return this.#size;
  }

  get roots(): readonly Uint8Array[] {
    return this.#roots;
  }

  add(leaf: Uint8Array): void {
    let hash = leaf;
    // Each low one bit of the size is a subtree that the new leaf completes.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#roots.pop();
      if (left !== undefined) hash = nodeHash(left, hash);
    }
    this.#roots.push(hash);
    this.#size++;
  }

  root(): Uint8Array {
    const [last, ...left] = this.#roots.toReversed();
    return last === undefined ? emptyHash() : left.reduce((right, root) => nodeHash(root, right), last);
  }
}
