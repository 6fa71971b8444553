import type { Ctx } from '../../env.ts';
import { type EntryRow, entriesBetween } from '../entry-store.ts';
import type { NewFinding } from '../findings/finding-store.ts';
import { alteredFinding, missingFinding, rangesOf } from '../findings/report.ts';
import { leafHashOf, missingLeaf } from '../leaf.ts';
import { equalHashes, leafHash } from '../tree/hashes.ts';
import { TILE_HASHES, type TiledTree } from '../tree/tiles.ts';

/** What an entry's place says against what was sealed there. */
export function compareEntries(
  fromSeq: number,
  leaves: readonly Uint8Array[],
  rows: readonly EntryRow[],
): NewFinding[] {
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  const altered: NewFinding[] = [];
  const [gone, sealedAsGone]: [number[], number[]] = [[], []];
  for (const [i, leaf] of leaves.entries()) {
    const seq = fromSeq + i;
    const row = bySeq.get(seq);
    const wasGone = equalHashes(leaf, leafHash(missingLeaf(seq)));
    if (row === undefined) (wasGone ? sealedAsGone : gone).push(seq);
    else if (wasGone) altered.push(alteredFinding(seq, 'was put where none was when its number was sealed'));
    else if (!equalHashes(leafHashOf(seq, row), leaf)) altered.push(alteredFinding(seq, 'is not what was sealed'));
  }
  return [
    ...altered,
    ...rangesOf(gone).map(([from, to]) => missingFinding(from, to, ' any more, and was when it was sealed')),
    ...rangesOf(sealedAsGone).map(([from, to]) => missingFinding(from, to, '')),
  ];
}

/** The entries that the newest tile holds, as far as the database has given their numbers: what was changed lately is found at once. */
export async function checkNewest({ env: { DB } }: Ctx, tree: TiledTree, lastGiven: number): Promise<NewFinding[]> {
  const { size } = tree;
  if (size === 0) return [];
  const index = Math.floor((size - 1) / TILE_HASHES);
  const fromSeq = index * TILE_HASHES + 1;
  const toSeq = Math.min(size, lastGiven);
  if (toSeq < fromSeq) return [];
  const leaves = (await tree.tile(0, index)).slice(0, toSeq - fromSeq + 1);
  return compareEntries(fromSeq, leaves, await entriesBetween(DB, fromSeq, toSeq));
}

/** The leaves of entries that no checkpoint covers yet; those that are not there have a leaf that says so. None stands before `nextSeq`. */
export async function newLeaves(
  { env: { DB } }: Ctx,
  { fromSeq, toSeq, nextSeq }: { fromSeq: number; toSeq: number; nextSeq: number },
): Promise<{ leaves: Uint8Array[]; findings: NewFinding[] }> {
  const leaves: Uint8Array[] = [];
  const gone: number[] = [];
  for (let from = fromSeq; from <= toSeq; from += TILE_HASHES) {
    const to = Math.min(from + TILE_HASHES - 1, toSeq);
    const stored = to < nextSeq ? [] : await entriesBetween(DB, from, to);
    const rows = new Map(stored.map((row) => [row.seq, row]));
    for (let seq = from; seq <= to; seq++) {
      const row = rows.get(seq);
      if (row === undefined) gone.push(seq);
      leaves.push(leafHashOf(seq, row));
    }
  }
  return { leaves, findings: rangesOf(gone).map(([from, to]) => missingFinding(from, to, '')) };
}
