import { coolStatements, listToCool } from '../../blocks/index.ts';
import type { Ctx } from '../../env.ts';
import { findArchives } from '../archives-store.ts';
import { HOT_DELAY_MS, isNearlyFull } from '../move/pressure.ts';
import { noteFailure } from '../notices.ts';
import { sizeOf } from '../objects-store.ts';
import { readAllSettings } from '../registers/settings-store.ts';
import { recordCheck } from '../verify/record-check.ts';

/** Blocks that are looked at in one run, and archives that they are of; each takes two statements and a call to R2. */
const MAX_BLOCKS = 4_000;
const MAX_ARCHIVES = 40;
/** No project of this id: only the size of the database is asked. */
const NOBODY = '';

export interface CoolCounts extends Record<string, number> {
  archives: number;
  blocks: number;
  packedBytes: number;
  failed: number;
}

/**
 * Payloads leave the database once R2 alone is to have them: after a day, or after the days that somebody asked for; at once where the database is nearly full. Only
 * of archives that were read back whole, and whose object is still there.
 */
export async function coolArchives(ctx: Ctx): Promise<CoolCounts> {
  const { DB, STORE } = ctx.env;
  const { sizeBytes } = await readAllSettings(DB, NOBODY);
  const isFull = isNearlyFull({ sizeBytes, limitBytes: ctx.config.databaseLimitBytes });
  const untilMs = ctx.nowMs + (isFull ? HOT_DELAY_MS : 0);
  const groups = Map.groupBy(await listToCool(DB, untilMs, MAX_BLOCKS), ({ archiveId }) => archiveId);
  const chosen = [...groups].slice(0, MAX_ARCHIVES);
  const counts: CoolCounts = { archives: 0, blocks: 0, packedBytes: 0, failed: 0 };
  if (chosen.length === 0) return counts;
  const archives = await findArchives(
    DB,
    chosen.map(([id]) => id),
  );
  for (const [id, blocks] of chosen) {
    const archive = archives.get(id);
    if (!archive) continue;
    try {
      const size = await sizeOf(STORE, archive.key);
      if (size !== archive.packedBytes) {
        const problem = size === null ? 'The object is not there.' : `The object has ${size} bytes.`;
        await recordCheck(ctx, archive, [problem]);
        counts.failed++;
        continue;
      }
      const ids = blocks.map((block) => block.id);
      const [, cooled] = await DB.batch(coolStatements(DB, id, ids, untilMs));
      counts.archives++;
      counts.blocks += cooled?.meta.changes ?? 0;
      counts.packedBytes += blocks.reduce((sum, { packedBytes }) => sum + packedBytes, 0);
    } catch (cause) {
      counts.failed++;
      await noteFailure(ctx, archive.projectId, 'archive_cool', cause);
    }
  }
  return counts;
}
