import type { Ctx } from '../env.ts';
import type { ObjectOwner } from '../jobs/index.ts';
import { keysInRows } from './archives-store.ts';
import { readManifest } from './manifest/manifest.ts';
import { getBytes, numberOf } from './objects-store.ts';

/** Manifests that are read for a page of a listing; objects of the days behind them wait for another round. */
const MAX_DAYS = 20;

/**
 * A run that stood still between its look at its row and its put, while another gave the row up, leaves an object that no row names; so does a database that was set
 * back, where the object's blocks were archived anew. What the manifest of its day names stays, row or not: the repair may not have come to it (repair/repair.ts).
 * Versions of manifests are for ever, and what else lies here is not ours to delete.
 */
export const archiveObjects: ObjectOwner = {
  prefix: 'archive/',
  async named(ctx, keys) {
    const batches = keys.filter((key) => numberOf(key) !== null);
    const known = new Set([
      ...(await keysInRows(ctx.env.DB, batches)),
      ...keys.filter((key) => numberOf(key) === null),
    ]);
    const days = Map.groupBy(
      batches.filter((key) => !known.has(key)),
      (key) => key.slice(0, key.lastIndexOf('/') + 1),
    );
    for (const [i, [folder, strays]] of [...days].entries()) {
      const named = i < MAX_DAYS ? await namedOf(ctx, folder) : strays;
      for (const key of strays) if (named.includes(key)) known.add(key);
    }
    return known;
  },
};

async function namedOf({ env }: Ctx, folder: string): Promise<string[]> {
  const stored = await getBytes(env.STORE, `${folder}manifest.json`);
  return (stored && readManifest(stored.bytes)?.batches.map(({ key }) => key)) ?? [];
}
