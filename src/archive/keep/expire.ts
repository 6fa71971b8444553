import { auditedBatch, auditIfChanged } from '../../audit/index.ts';
import { forgetMembersStatements } from '../../blocks/index.ts';
import type { Ctx } from '../../env.ts';
import { hasChanged } from '../../shared/changed.ts';
import { STREAMS } from '../../wire/record.ts';
import type { StoredArchive } from '../archives-store.ts';
import { hotDelayMs } from '../move/pressure.ts';
import { settle } from '../move/settle.ts';
import { readAllSettings } from '../registers/settings-store.ts';
import { expiredBeforeMs } from './keep.ts';
import { leavesStatement, listExpired } from './keep-store.ts';
import { rotated } from './rotated.ts';

/** Of one run: five statements each, and five for the manifest of its day. */
const MAX_ARCHIVES = 15;

export interface ExpireCounts extends Record<string, number> {
  expired: number;
  records: number;
  /** Those that this run, or one before, has made leave. */
  deleted: number;
  failed: number;
}

/**
 * Deletes what has been kept for as long as it must be: in one transaction its blocks are gone for every reader, then goes its object, then the manifest of its
 * day says so. What a hold covers stays, also where the hold comes while this runs.
 */
export async function expireArchives(ctx: Ctx): Promise<ExpireCounts> {
  const { DB } = ctx.env;
  const { projects, sizeBytes } = await readAllSettings(DB, null);
  const of = projects.flatMap(({ projectId, settings }) =>
    STREAMS.map((stream) => ({ projectId, stream, beforeMs: expiredBeforeMs(settings, stream, ctx.nowMs) })),
  );
  const counts: ExpireCounts = { expired: 0, records: 0, deleted: 0, failed: 0 };
  for (const archive of await listExpired(DB, rotated(of), MAX_ARCHIVES)) {
    if (!(await expire(ctx, archive))) continue;
    counts.expired++;
    counts.records += archive.records;
  }
  const delayMs = hotDelayMs({ sizeBytes, limitBytes: ctx.config.databaseLimitBytes });
  const settled = await settle(ctx, { projectId: null, delayMs, limit: MAX_ARCHIVES });
  return { ...counts, deleted: settled.deleted, failed: settled.failed };
}

async function expire(ctx: Ctx, archive: StoredArchive): Promise<boolean> {
  const { DB } = ctx.env;
  const { id, projectId, key, day, stream, records } = archive;
  const [left] = await auditedBatch(ctx, [
    leavesStatement(DB, id),
    auditIfChanged(ctx, { action: 'archive.expire', target: id, projectId, detail: { key, day, stream, records } }),
    ...forgetMembersStatements(DB, id),
  ]);
  return hasChanged(left);
}
