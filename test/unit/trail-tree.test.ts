import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyHash, leafHash, nodeHash } from '../../src/trail/tree/hashes.ts';
import { CompactRange, inclusionPath, rootOf } from '../../src/trail/tree/merkle.ts';
import { extendTree, TiledTree, TreeDamage, tileBytes, tilePath } from '../../src/trail/tree/tiles.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** RFC 6962, 2.1, as it is written there: the other implementation that the one with tiles is held against. */
function mth(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return emptyHash();
  if (leaves.length === 1) return only;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

/** RFC 9162, 2.1.3.2. */
function rootByPath(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]): Uint8Array | null {
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (sn === 0) return null;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else hash = nodeHash(hash, sibling);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 ? hash : null;
}

const LEAVES = Array.from({ length: 70_000 }, (_, i) => leafHash(`entry ${i}`));
const leavesTo = (size: number) => LEAVES.slice(0, size);

/** A tree that grew by these steps, its tiles in a map. */
async function grown(steps: readonly number[]): Promise<{ tree: TiledTree; stored: Map<string, Uint8Array> }> {
  const stored = new Map<string, Uint8Array>();
  const source = async (path: string) => stored.get(path) ?? null;
  const leaves = leavesTo(steps.reduce((sum, step) => sum + step, 0));
  let size = 0;
  for (const step of steps) {
    const { tiles } = await extendTree(new TiledTree(size, source), leaves.slice(size, size + step), source);
    for (const tile of tiles) stored.set(tilePath(tile.level, tile.index, tile.hashes.length), tileBytes(tile));
    size += step;
  }
  return { tree: new TiledTree(size, source), stored };
}

describe('the tree of the trail', () => {
  it('hashes as RFC 6962 says: known roots of the eight leaves that its implementations are tried with', () => {
    const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const hashes = leaves.map((leaf) => leafHash(Buffer.from(leaf, 'hex')));
    expect(hex(emptyHash())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const roots = [1, 2, 3, 5, 7, 8].map((size) => hex(mth(hashes.slice(0, size))));
    expect(roots).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]);
  });

  it('has the same root whatever steps it grew by, and so has every size before', async () => {
    const step = fc.integer({ min: 1, max: 700 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const { tree } = await grown(steps);
        expect(hex(await rootOf(tree.size, tree.subtrees))).toBe(hex(mth(leavesTo(tree.size))));
        const range = new CompactRange();
        for (const leaf of leavesTo(tree.size)) range.add(leaf);
        expect(hex(range.root())).toBe(hex(mth(leavesTo(tree.size))));
      }),
      { numRuns: 30 },
    );
  });

  it('spans levels: at 65,536 and one more', async () => {
    const { tree, stored } = await grown([65_535, 1, 1]);
    expect(hex(await rootOf(tree.size, tree.subtrees))).toBe(hex(mth(leavesTo(65_537))));
    expect([...stored.keys()].filter((path) => path.startsWith('tile/2/'))).toEqual(['tile/2/000.p/1']);
    for (const index of [0, 65_535, 65_536]) {
      const path = await inclusionPath(index, tree.size, tree.subtrees);
      const leaf = leavesTo(65_537)[index] ?? emptyHash();
      expect(hex(rootByPath(leaf, index, tree.size, path) ?? emptyHash())).toBe(hex(mth(leavesTo(65_537))));
    }
  });

  it('proves each leaf of each size, and no other leaf or place', async () => {
    for (const size of [1, 2, 3, 5, 8, 255, 256, 257, 300]) {
      const { tree } = await grown([size]);
      const root = hex(mth(leavesTo(size)));
      for (const [index, leaf] of leavesTo(size).entries()) {
        const path = await inclusionPath(index, size, tree.subtrees);
        expect(hex(rootByPath(leaf, index, size, path) ?? emptyHash())).toBe(root);
        if (size > 1) {
          const other = rootByPath(leaf, (index + 1) % size, size, path);
          expect(other === null || hex(other) !== root).toBe(true);
        }
      }
    }
  });

  it('stores tiles as C2SP has them: 70,000 leaves are 273 full tiles and one of 112, one full above, one of 17, and one of 1', async () => {
    const { stored } = await grown([70_000]);
    const paths = [...stored.keys()];
    const level0 = paths.filter((path) => path.startsWith('tile/0/'));
    expect(level0.length).toBe(274);
    expect(level0.at(-1)).toBe('tile/0/273.p/112');
    expect(paths.filter((path) => !path.startsWith('tile/0/'))).toEqual([
      'tile/1/000',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ]);
    expect(stored.get('tile/0/000')?.byteLength).toBe(8_192);
    expect(tilePath(0, 1_234_067, 256)).toBe('tile/0/x001/x234/067');
  });

  it('says what is missing or cut, and reads a full tile where the partial one is gone', async () => {
    const { stored } = await grown([300, 212]);
    const source = async (path: string) => stored.get(path) ?? null;
    stored.delete('tile/0/001.p/44');
    const before = new TiledTree(300, source);
    expect(hex(await rootOf(300, before.subtrees))).toBe(hex(mth(leavesTo(300))));
    stored.set('tile/0/001', new Uint8Array(31));
    await expect(rootOf(300, new TiledTree(300, source).subtrees)).rejects.toThrow(TreeDamage);
    stored.delete('tile/0/001');
    await expect(rootOf(300, new TiledTree(300, source).subtrees)).rejects.toThrow('tile/0/001.p/44 is not there');
  });

  it('goes on from a compact range only with as many roots as its size has', () => {
    const range = new CompactRange();
    for (const leaf of leavesTo(11)) range.add(leaf);
    const again = CompactRange.of(11, range.roots);
    expect(hex(again?.root() ?? emptyHash())).toBe(hex(mth(leavesTo(11))));
    expect(CompactRange.of(10, range.roots)).toBeNull();
    expect(CompactRange.of(0, [])?.root()).toEqual(emptyHash());
  });
});
