import type { Ctx } from '../../env.ts';
import { sha256Hex } from '../../shared/hash.ts';
import { trustedKeys } from '../../trail/index.ts';
import { dayManifestKey, getBytes, putNew, putOver, versionKey } from '../objects-store.ts';
import { buildManifest, checkSignature, MANIFEST_TYPE, readManifest, signManifest } from './manifest.ts';
import { type ChainHead, type DayState, readDayState, saveVersion } from './manifest-store.ts';

/** Versions that runs which died have left behind, or that a restored database does not know; each run takes so many into its chain. */
const MAX_ADOPTED = 20;

/**
 * The next version of a project's chain, about one day: its own object first, which is never written over, then the day's copy, then the row. A run that died
 * in between has left the object: it is taken into the chain as it is, and what it does not say, the version after it does. Answers false where the
 * bound came first.
 */
export async function writeManifest(ctx: Ctx, projectId: string, day: string): Promise<boolean> {
  for (let adopted = 0; adopted < MAX_ADOPTED; adopted++) {
    const state = await readDayState(ctx.env.DB, projectId, day);
    if (state.untold.length === 0) return true;
    const { head, current, untold } = state;
    const sequence = head.sequence + 1;
    const reason = reasonOf(untold);
    const version = { projectId, day, sequence, previous: head.sha256, writtenAtMs: ctx.nowMs, reason };
    const bytes = signManifest(ctx.config, buildManifest(current, version));
    const sha256 = sha256Hex(bytes);
    const key = versionKey(projectId, sequence);
    if (await putNew(ctx.env.STORE, key, bytes, { sha256, contentType: MANIFEST_TYPE })) {
      await copyToDay(ctx, projectId, day, { sequence, bytes, sha256 });
      await saveVersion(ctx.env.DB, projectId, { ...version, sha256 }, untold);
    } else {
      await adopt(ctx, projectId, head);
    }
  }
  return false;
}

/** A mistake that was put right outweighs what came, and what went with time outweighs it too: the day is another than it was. */
function reasonOf(untold: DayState['untold']): 'archived' | 'erased' | 'expired' {
  if (untold.some(({ replaces }) => replaces !== null)) return 'erased';
  return untold.some(({ state }) => state === 'leaving') ? 'expired' : 'archived';
}

/** Throws for an object that is no successor of the head: whoever put it there, no version may be written over or past it. */
async function adopt(ctx: Ctx, projectId: string, head: ChainHead): Promise<void> {
  const key = versionKey(projectId, head.sequence + 1);
  const stored = await getBytes(ctx.env.STORE, key);
  if (stored === null) return;
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
  await saveVersion(ctx.env.DB, projectId, { sequence, day, reason, sha256, writtenAtMs }, []);
}

/** What the day says is never taken back to an earlier version, however two runs meet. */
async function copyToDay(
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
