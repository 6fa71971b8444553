import type { Ctx } from '../../env.ts';
import { sha256Hex } from '../../shared/hash.ts';
import { putNew, versionKey } from '../objects-store.ts';
import { reconcileDay } from '../repair/reconcile.ts';
import { adoptNext, catchUp, copyToDay } from './adopt.ts';
import { buildManifest, MANIFEST_TYPE, signManifest } from './manifest.ts';
import { type DayState, readDayState, saveVersion } from './manifest-store.ts';

/** Versions that runs which died have left behind, or that a restored database does not know; each run takes so many into its chain. */
const MAX_ADOPTED = 20;

/**
 * The next version of a project's chain, about one day: its own object first, which is never written over, then the day's copy, then the row. A run that died
 * in between has left the object: it is taken into the chain as it is, the rows of its day are held against it, and what it does not say, the version after it
 * does. Answers false where the bound came first.
 */
export async function writeManifest(ctx: Ctx, projectId: string, day: string): Promise<boolean> {
  for (let adopted = 0; adopted < MAX_ADOPTED; adopted++) {
    const state = await readDayState(ctx.env.DB, projectId, day);
    if (state.hasFound) {
      // What R2 knows of the day and these rows do not, must be in them before they are written down.
      if (!(await catchUp(ctx, projectId, MAX_ADOPTED)).isWhole) return false;
      if (!(await reconcileDay(ctx, projectId, day))) return false;
      continue;
    }
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
      await saveVersion(ctx.env.DB, projectId, { ...version, sha256 }, { told: untold, isFound: false });
    } else {
      await adoptNext(ctx, projectId, head);
    }
  }
  return false;
}

/** A mistake that was put right outweighs what came, and what went with time outweighs it too: the day is another than it was. */
function reasonOf(untold: DayState['untold']): 'archived' | 'erased' | 'expired' {
  if (untold.some(({ replaces }) => replaces !== null)) return 'erased';
  return untold.some(({ state }) => state === 'leaving') ? 'expired' : 'archived';
}
