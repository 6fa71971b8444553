import { archiveLag } from '../archive/index.ts';
import type { Ctx } from '../env.ts';
import { journalFor } from '../journal/index.ts';
import { log } from '../shared/log.ts';
import { inTime } from '../shared/within.ts';
import { probeDatabase } from './store.ts';

/** A dependency that takes longer is as good as away for whoever asked. */
const CHECK_TIMEOUT_MS = 2_000;
/** No project has this id, so the probe touches nobody's journal. */
const PROBE_PROJECT_ID = 'readiness-probe';

export interface Check {
  name: string;
  ok: boolean;
  detail: string;
}

/** Tries every dependency of the main path, each with a time limit; never throws. */
export async function checkReadiness(ctx: Ctx): Promise<Check[]> {
  return Promise.all([
    check('database', () => probeDatabase(ctx.env.DB)),
    check('journal', async () => {
      await journalFor(ctx.env, PROBE_PROJECT_ID, 0).status();
    }),
    check('hub', async () => {
      await ctx.env.HUB.getByName(PROBE_PROJECT_ID).publish({ shard: 0, parts: [], heads: null });
    }),
  ]);
}

/** How far behind the move to R2 is; null where the database does not say. Behind is no reason to send nobody here: what waits is read where it lies. */
export async function readArchiveLag(ctx: Ctx): Promise<{ lagMs: number; dueBlocks: number } | null> {
  try {
    const { lagMs, due } = await inTime(CHECK_TIMEOUT_MS, 'the database', archiveLag(ctx));
    return { lagMs, dueBlocks: due };
  } catch (cause) {
    log('error', 'archive_lag_unknown', { cause: String(cause) });
    return null;
  }
}

async function check(name: string, probe: () => Promise<void>): Promise<Check> {
  try {
    await inTime(CHECK_TIMEOUT_MS, name, probe());
    return { name, ok: true, detail: 'answers' };
  } catch (cause) {
    log('error', 'not_ready', { check: name, cause: String(cause) });
    // The cause may name internals, and this route is public.
    return { name, ok: false, detail: 'does not answer; the cause is in the log' };
  }
}
