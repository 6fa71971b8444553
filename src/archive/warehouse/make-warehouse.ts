import { BlockUnreadable, type CallMeter, noteUnreadable } from '../../blocks/index.ts';
import type { Ctx } from '../../env.ts';
import { log } from '../../shared/log.ts';
import { rotated } from '../keep/rotated.ts';
import { deleteObject } from '../objects-store.ts';
import { readAllSettings } from '../registers/settings-store.ts';
import { makeFile, warehouseKey } from './make-file.ts';
import { forgetFile, listLeft, listStale, type StaleDay, saveFile } from './store.ts';

/** After so many raw bytes of archives no other file is begun in a run: some ten seconds of work. */
const MAX_RUN_BYTES = 512 * 1024 * 1024;
/** And after so many statements and calls of R2: the jobs of the line share a thousand. The last file begun takes one for each archive of its day and each 8 MiB of them. */
const MAX_RUN_CALLS = 150;
/** A day and stream of more is not made: it would not be done within the five minutes of CPU that an invocation has. */
const MAX_FILE_BYTES = 8 * 1024 * 1024 * 1024;
const MAX_DAYS = 50;
const MAX_DELETED = 50;

export interface WarehouseCounts extends Record<string, number> {
  made: number;
  records: number;
  deleted: number;
  /** Days whose archives changed while their file was made; the next run makes it. */
  changed: number;
  /** Days that could not be read or written; the log says why, and the next run tries again. */
  failed: number;
  /** Days with more records than a file may have. */
  tooLarge: number;
}

/**
 * The cron job: a Parquet file for each day and stream of archives, of projects that want them, the newest days first; made again when other archives are there
 * than it was made of, and deleted when none is. What a run does not get to is stale still at the next.
 */
export async function makeWarehouse(ctx: Ctx): Promise<WarehouseCounts> {
  const { DB, STORE } = ctx.env;
  const counts: WarehouseCounts = { made: 0, records: 0, deleted: 0, changed: 0, failed: 0, tooLarge: 0 };
  const { projects } = await readAllSettings(DB, null);
  const wanted = projects.filter(({ settings }) => settings.warehouse).map(({ projectId }) => projectId);
  for (const { projectId, day, stream, key } of await listLeft(DB, wanted, MAX_DELETED)) {
    // The object first: a row without one is found again.
    await deleteObject(STORE, key);
    await forgetFile(DB, projectId, day, stream);
    counts.deleted++;
  }
  const meter: CallMeter = { calls: 2 + 2 * counts.deleted };
  let bytes = 0;
  for (const projectId of rotated(wanted)) {
    if (bytes >= MAX_RUN_BYTES || meter.calls >= MAX_RUN_CALLS) break;
    meter.calls++;
    const { stale, tooLarge } = await listStale(DB, projectId, MAX_FILE_BYTES, MAX_DAYS);
    counts.tooLarge += tooLarge;
    for (const day of stale) {
      if (bytes >= MAX_RUN_BYTES || meter.calls >= MAX_RUN_CALLS) break;
      bytes += day.rawBytes;
      await makeDay(ctx, projectId, day, meter, counts);
    }
  }
  return counts;
}

/** One day that cannot be read must not keep the others from their files. */
async function makeDay(
  ctx: Ctx,
  projectId: string,
  stale: StaleDay,
  meter: CallMeter,
  counts: WarehouseCounts,
): Promise<void> {
  const { DB, STORE } = ctx.env;
  const { day, stream, sources } = stale;
  try {
    const made = await makeFile(ctx.env, projectId, stale, meter);
    meter.calls += 2;
    const isSaved =
      made !== null && (await saveFile(DB, projectId, { ...made, day, stream, writtenAtMs: ctx.nowMs }, sources));
    if (made === null || !isSaved) {
      counts.changed++;
      // It may hold what was erased meanwhile.
      if (made !== null) await deleteObject(STORE, warehouseKey(projectId, stale));
      return;
    }
    // All of its records were erased: there is nothing to be read, and what was there goes.
    if (made.records === 0) await deleteObject(STORE, made.key);
    counts.made++;
    counts.records += made.records;
  } catch (cause) {
    meter.calls++;
    counts.failed++;
    if (cause instanceof BlockUnreadable) await noteUnreadable(ctx, cause);
    const { requestId } = ctx;
    log('error', 'warehouse_failed', { requestId, projectId, day, stream, cause: String(cause) });
  }
}
