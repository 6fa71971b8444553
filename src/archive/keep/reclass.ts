import type { Ctx } from '../../env.ts';
import { sha256Hex } from '../../shared/hash.ts';
import type { StoredArchive } from '../archives-store.ts';
import { OBJECT_TYPE } from '../move/write-archive.ts';
import { noteFailure } from '../notices.ts';
import { getBytes, putOver } from '../objects-store.ts';
import { readAllSettings } from '../registers/settings-store.ts';
import { recordCheck } from '../verify/record-check.ts';
import { infrequentToDay } from './keep.ts';
import { listOften, saveInfrequent } from './keep-store.ts';
import { rotated } from './rotated.ts';

/** Of one run: each is read twice and written once. */
const MAX_ARCHIVES = 10;

export interface ReclassCounts extends Record<string, number> {
  archives: number;
  packedBytes: number;
  failed: number;
}

/**
 * Puts old objects into the class for what is rarely read, under the same key: R2 changes the class of an object only by taking it again. The bytes are compared
 * before and after; an object that somebody deletes or replaces meanwhile is not brought back.
 */
export async function reclassArchives(ctx: Ctx): Promise<ReclassCounts> {
  const { projects } = await readAllSettings(ctx.env.DB, null);
  const of = projects.map(({ projectId, settings }) => ({ projectId, toDay: infrequentToDay(settings, ctx.nowMs) }));
  const counts: ReclassCounts = { archives: 0, packedBytes: 0, failed: 0 };
  for (const archive of await listOften(ctx.env.DB, rotated(of), MAX_ARCHIVES)) {
    try {
      if (await reclass(ctx, archive)) {
        counts.archives++;
        counts.packedBytes += archive.packedBytes;
      } else {
        counts.failed++;
      }
    } catch (cause) {
      counts.failed++;
      await noteFailure(ctx, archive.projectId, 'archive_class', cause);
    }
  }
  return counts;
}

async function reclass(ctx: Ctx, archive: StoredArchive): Promise<boolean> {
  const { DB, STORE } = ctx.env;
  const { key, sha256 } = archive;
  const before = await getBytes(STORE, key);
  if (before === null || sha256Hex(before.bytes) !== sha256) {
    await recordCheck(ctx, archive, [
      before === null ? 'The object is not there.' : 'The object has another hash than its row.',
    ]);
    return false;
  }
  const { etag, owner } = before;
  const kept = { etag, sha256, contentType: OBJECT_TYPE, ...(owner === null ? {} : { owner }) };
  const options = { ...kept, storageClass: 'InfrequentAccess' as const };
  if (!(await putOver(STORE, key, before.bytes, options))) return false;
  const after = await getBytes(STORE, key);
  if (after === null || sha256Hex(after.bytes) !== sha256) return false;
  await saveInfrequent(DB, archive.id);
  return true;
}
