import type { Ctx } from '../../env.ts';
import { deleteObjects, listObjects } from './objects-store.ts';
import { saveSweptTo, sweptTo } from './sweep-store.ts';

/** Whose rows name what lies under a prefix of the bucket. */
export interface ObjectOwner {
  prefix: string;
  /** Which of these keys a row names, or nobody may delete. */
  named(ctx: Ctx, keys: readonly string[]): Promise<ReadonlySet<string>>;
}

/**
 * So old is what is deleted: whoever puts an object and then its row has done both by then. And D1 can be restored to any moment of 30 days, and back again
 * (developers.cloudflare.com/d1/reference/time-travel): what no row names in between is named again then.
 */
export const ORPHAN_AGE_MS = 31 * 24 * 3_600_000;
/** What R2 lists, and deletes, at once. */
export const PAGE_OBJECTS = 1_000;
/** Of each owner in a run: 72,000 objects a day are looked at. */
export const PAGES_PER_RUN = 3;

/**
 * Deletes objects that no row names. Goes on where its last run stopped, a page at a time: at most 2 lists, one delete and what `named` asks for each of 3
 * pages, and 4 statements of its own. Between the second list, which tells whether an object is still the one that was looked at, and the delete lie
 * milliseconds, in which an object that was put again after a month would be lost: its row names nothing then, which whoever reads it says.
 */
export async function sweepObjects(ctx: Ctx, owner: ObjectOwner): Promise<{ looked: number; deleted: number }> {
  const { DB, STORE } = ctx.env;
  const { prefix } = owner;
  const counts = { looked: 0, deleted: 0 };
  let after = await sweptTo(DB, prefix);
  for (let page = 0; page < PAGES_PER_RUN; page++) {
    const place = { prefix, after, limit: PAGE_OBJECTS };
    const { objects, isLast } = await listObjects(STORE, place);
    counts.looked += objects.length;
    const old = objects.filter(({ uploadedAtMs }) => ctx.nowMs - uploadedAtMs > ORPHAN_AGE_MS);
    const named = await namedOf(ctx, owner, old);
    const orphans = old.filter(({ key }) => !named.has(key));
    if (orphans.length > 0) {
      const still = new Map((await listObjects(STORE, place)).objects.map(({ key, etag }) => [key, etag]));
      const gone = orphans.filter(({ key, etag }) => still.get(key) === etag).map(({ key }) => key);
      if (gone.length > 0) await deleteObjects(STORE, gone);
      counts.deleted += gone.length;
    }
    after = isLast ? '' : (objects.at(-1)?.key ?? '');
    await saveSweptTo(DB, prefix, after);
    if (isLast) break;
  }
  return counts;
}

async function namedOf(
  ctx: Ctx,
  owner: ObjectOwner,
  objects: readonly { key: string }[],
): Promise<ReadonlySet<string>> {
  if (objects.length === 0) return new Set();
  return owner.named(
    ctx,
    objects.map(({ key }) => key),
  );
}
