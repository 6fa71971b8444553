import type { Ctx } from '../../env.ts';
import { sha256Hex } from '../../shared/hash.ts';
import { trustedKeys } from '../../trail/index.ts';
import { dayManifestKey, getBytes, putOver, versionKey } from '../objects-store.ts';
import { checkSignature, MANIFEST_TYPE, readManifest } from './manifest.ts';
import { type ChainHead, readHead, saveVersion } from './manifest-store.ts';

/**
 * Takes the version that follows the head, and that is in R2, into the chain as it is, marked as one that the rows of its day were not held against
 * (../repair/reconcile.ts). False where there is none. Throws for an object that is no successor of the head: whoever put it there, no version may be written over
 * or past it.
 */
export async function adoptNext(ctx: Ctx, projectId: string, head: ChainHead): Promise<boolean> {
  const key = versionKey(projectId, head.sequence + 1);
  const stored = await getBytes(ctx.env.STORE, key);
  if (stored === null) return false;
  const manifest = readManifest(stored.bytes);
  const isNext =
    manifest !== null &&
    manifest.projectId === projectId &&
    manifest.sequence === head.sequence + 1 &&
    manifest.previous === head.sha256 &&
    checkSignature(manifest, await trustedKeys(ctx)) === 'good';
  if (!isNext) throw new Error(`${key} is not the version that follows ${head.sequence}`);
  const { sequence, day, reason, writtenAtMs } = manifest;
  const sha256 = sha256Hex(stored.bytes);
  await copyToDay(ctx, projectId, day, { sequence, bytes: stored.bytes, sha256 });
  const version = { sequence, day, reason, sha256, writtenAtMs };
  await saveVersion(ctx.env.DB, projectId, version, { told: [], isFound: true });
  return true;
}

/** Takes in what R2 has behind the head, at most so many versions. `isWhole`: there are no others; `hasFound`: some days are to be held against theirs. */
export async function catchUp(
  ctx: Ctx,
  projectId: string,
  limit: number,
): Promise<{ isWhole: boolean; hasFound: boolean; adopted: number }> {
  for (let adopted = 0; ; adopted++) {
    const head = await readHead(ctx.env.DB, projectId);
    if (adopted >= limit) return { isWhole: false, hasFound: true, adopted };
    if (!(await adoptNext(ctx, projectId, head))) return { isWhole: true, hasFound: head.hasFound, adopted };
  }
}

/** What the day says is never taken back to an earlier version, however two runs meet. */
export async function copyToDay(
  ctx: Ctx,
  projectId: string,
  day: string,
  { sequence, bytes, sha256 }: { sequence: number; bytes: Uint8Array; sha256: string },
): Promise<void> {
  const { STORE } = ctx.env;
  const key = dayManifestKey(projectId, day);
  for (;;) {
    const there = await getBytes(STORE, key);
    if (there !== null && (readManifest(there.bytes)?.sequence ?? 0) >= sequence) return;
    const options = { etag: there?.etag ?? null, sha256, contentType: MANIFEST_TYPE };
    if (await putOver(STORE, key, bytes, options)) return;
  }
}
