import { concatBytes } from '../../shared/bytes.ts';
import { HASH_BYTES, perfectRoot } from './hashes.ts';

/** C2SP tlog-tiles: hashes of a tile, which is a subtree of height 8. */
export const TILE_HASHES = 256;
const TILE_HEIGHT = 8;

/** A tile is not there, or not of the length that the size of the tree gives it. */
export class TreeDamage extends Error {
  override readonly name = 'TreeDamage';
}

/** `tile/<level>/<index>`, and `.p/<width>` where it has fewer than 256 hashes. */
export function tilePath(level: number, index: number, width: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const place = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${place}${width < TILE_HASHES ? `.p/${width}` : ''}`;
}

/** How many hashes a level has in a tree of `size` leaves. */
export function levelWidth(size: number, level: number): number {
  return Math.floor(size / TILE_HASHES ** level);
}

export interface Tile {
  level: number;
  index: number;
  hashes: readonly Uint8Array[];
}

export function tileBytes({ hashes }: Tile): Uint8Array<ArrayBuffer> {
  return concatBytes(hashes);
}

/** Null where it is not there. */
export type TileSource = (path: string) => Promise<Uint8Array | null>;

/** A tree of `size` leaves as its tiles have it. Reads each tile once. */
export class TiledTree {
  readonly size: number;
  readonly #source: TileSource;
  readonly #tiles = new Map<string, readonly Uint8Array[]>();

  constructor(size: number, source: TileSource) {
    this.size = size;
    this.#source = source;
  }

  /** Instead of what the source has: of tiles that are not stored yet. */
  put({ level, index, hashes }: Tile): void {
    this.#tiles.set(`${level}/${index}`, hashes);
  }

  /** Throws TreeDamage. */
  async tile(level: number, index: number): Promise<readonly Uint8Array[]> {
    const key = `${level}/${index}`;
    const known = this.#tiles.get(key) ?? (await this.#read(level, index));
    this.#tiles.set(key, known);
    return known;
  }

  readonly subtrees = async (height: number, index: number): Promise<Uint8Array> => {
    const level = Math.floor(height / TILE_HEIGHT);
    const count = 2 ** (height - level * TILE_HEIGHT);
    const first = index * count;
    const hashes = await this.tile(level, Math.floor(first / TILE_HASHES));
    const offset = first % TILE_HASHES;
    return perfectRoot(hashes.slice(offset, offset + count));
  };

  async #read(level: number, index: number): Promise<Uint8Array[]> {
    const width = Math.min(TILE_HASHES, levelWidth(this.size, level) - index * TILE_HASHES);
    const path = tilePath(level, index, width);
    // A partial tile goes once its full one is there.
    const bytes = (await this.#source(path)) ?? (await this.#source(tilePath(level, index, TILE_HASHES)));
    if (bytes === null) throw new TreeDamage(`${path} is not there`);
    if (bytes.byteLength < width * HASH_BYTES) throw new TreeDamage(`${path} has ${bytes.byteLength} bytes`);
    return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  }
}

/** The tiles that become new or wider when leaves are added, and the tree with them. Full ones first of each level. */
export async function extendTree(
  tree: TiledTree,
  leaves: readonly Uint8Array[],
  source: TileSource,
): Promise<{ tree: TiledTree; tiles: Tile[] }> {
  const extended = new TiledTree(tree.size + leaves.length, source);
  const tiles: Tile[] = [];
  let added = leaves;
  for (let level = 0; added.length > 0; level++) {
    const before = levelWidth(tree.size, level);
    const first = Math.floor(before / TILE_HASHES);
    const begun = before % TILE_HASHES === 0 ? [] : await tree.tile(level, first);
    const hashes = [...begun, ...added];
    const above: Uint8Array[] = [];
    for (let at = 0; at < hashes.length; at += TILE_HASHES) {
      const tile = { level, index: first + at / TILE_HASHES, hashes: hashes.slice(at, at + TILE_HASHES) };
      if (tile.hashes.length === TILE_HASHES) above.push(perfectRoot(tile.hashes));
      tiles.push(tile);
      extended.put(tile);
    }
    added = above;
  }
  return { tree: extended, tiles };
}
