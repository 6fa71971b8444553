import type { Ctx } from '../env.ts';
import { toBase64 } from '../shared/bytes.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { AuditProof } from '../wire/audit.ts';
import { lastSigned } from './checkpoints/signed.ts';
import { entriesBetween, trailEnds } from './entry-store.ts';
import type { TrailError } from './errors.ts';
import { leafOf, missingLeaf } from './leaf.ts';
import { sealNow } from './seal/job.ts';
import { tilesOf } from './seal/tile-store.ts';
import { equalHashes, leafHash } from './tree/hashes.ts';
import { inclusionPath } from './tree/merkle.ts';
import { TILE_HASHES, TiledTree, TreeDamage } from './tree/tiles.ts';

/** A run takes 10,000 entries; whoever asks for the newest of more waits for cron. */
const MAX_RUNS = 3;

/** Seals first where no checkpoint covers the entry yet. */
export async function proveEntry(ctx: Ctx, seq: number): Promise<Result<AuditProof, TrailError>> {
  const { DB, STORE } = ctx.env;
  if (seq > (await trailEnds(DB, 0)).lastGiven) return err({ kind: 'entry_not_found' });
  let checkpoint = await lastSigned(ctx);
  for (let run = 0; (checkpoint?.size ?? 0) < seq && run < MAX_RUNS; run++) {
    const { outcome } = await sealNow(ctx);
    if (outcome.kind === 'refused') return err({ kind: 'trail_not_sealed', detail: outcome.finding.detail });
    checkpoint = await lastSigned(ctx);
  }
  if (checkpoint === null || checkpoint.size < seq) {
    return err({ kind: 'trail_not_sealed', detail: 'Too many entries are not sealed yet; cron seals them by and by.' });
  }
  const [row] = await entriesBetween(DB, seq, seq);
  const leaf = row === undefined ? missingLeaf(seq) : leafOf(row);
  const [leafIndex, treeSize] = [seq - 1, checkpoint.size];
  const tree = new TiledTree(treeSize, tilesOf(STORE));
  try {
    const sealed = (await tree.tile(0, Math.floor(leafIndex / TILE_HASHES)))[leafIndex % TILE_HASHES];
    // A proof that no verifier takes would blame the verifier.
    if (sealed === undefined || !equalHashes(sealed, leafHash(leaf))) return err({ kind: 'entry_altered', seq });
    const path = (await inclusionPath(leafIndex, treeSize, tree.subtrees)).map(toBase64);
    return ok({ leaf, leafIndex, treeSize, path, checkpoint: checkpoint.note });
  } catch (cause) {
    if (cause instanceof TreeDamage)
      return err({ kind: 'trail_not_sealed', detail: `The tree is damaged: ${cause.message}.` });
    throw cause;
  }
}
