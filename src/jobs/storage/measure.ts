import type { Ctx } from '../../env.ts';
import { type NewNotice, noticeStatement } from '../../notices/index.ts';
import type { StorageUse } from '../../wire/jobs.ts';
import { fullnessOf } from './fullness.ts';
import { countObjects, readUse, saveUse } from './use-store.ts';

const DAY_MS = 24 * 3_600_000;
/** Counting reads every row of some registers. */
const COUNTED_EVERY_MS = 3_600_000;

/** Cron: tells the operators before the database is full; counts once an hour what lies in R2. At most four statements. */
export async function measureStorage(ctx: Ctx): Promise<{ databaseBytes: number; objects: number }> {
  const { DB } = ctx.env;
  const { use, databaseBytes } = await readUse(DB);
  const limitBytes = ctx.config.databaseLimitBytes;
  const percent = (databaseBytes / limitBytes) * 100;
  const { told, tell } = fullnessOf(percent, use?.toldPercent ?? 0);
  const isOld = use === null || ctx.nowMs - use.countedAtMs >= COUNTED_EVERY_MS;
  const counted = isOld ? { objects: await countObjects(DB), countedAtMs: ctx.nowMs } : use;
  if (isOld || told !== use.toldPercent) {
    await DB.batch([
      saveUse(DB, { ...counted, toldPercent: told }),
      ...(tell === null ? [] : [noticeStatement(ctx, fullNotice(ctx.nowMs, tell, databaseBytes, limitBytes))]),
    ]);
  }
  return { databaseBytes, objects: counted.objects.reduce((sum, { objects }) => sum + objects, 0) };
}

/** `GET /api/storage`. Counts where cron has not yet. */
export async function readStorage(ctx: Ctx): Promise<StorageUse> {
  const { use, databaseBytes } = await readUse(ctx.env.DB);
  const objects = use?.objects ?? (await countObjects(ctx.env.DB));
  const { databaseLimitBytes } = ctx.config;
  return { databaseBytes, databaseLimitBytes, objects, measuredAtMs: use?.countedAtMs ?? ctx.nowMs };
}

function fullNotice(nowMs: number, mark: 80 | 95, databaseBytes: number, limitBytes: number): NewNotice {
  const percent = Math.floor((databaseBytes / limitBytes) * 100);
  return {
    // Once a day at most, however it goes up and down.
    id: `database.nearly_full/${mark}/${Math.floor(nowMs / DAY_MS)}`,
    kind: 'database.nearly_full',
    severity: mark === 95 ? 'critical' : 'warning',
    title: `The database is ${percent} % full`,
    detail: { percent, databaseBytes, limitBytes },
    path: '/operations/jobs',
  };
}
