import { auditedBatch } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { SESSION_IDLE_MS } from './session.ts';
import { deleteIdleSessions } from './store.ts';
import { deleteForgotten } from './throttle-store.ts';

/** Rows of each table in one run: what is left waits for the next hour, and no run holds the database for long. */
const MAX_ROWS_PER_RUN = 5_000;

/** Deletes sessions that can no longer be used and attempts that no longer count. Correctness never waits for it: both are judged by time when read. */
export async function cleanupExpired(ctx: Ctx): Promise<{ sessions: number; loginAttempts: number }> {
  const db = ctx.env.DB;
  const [sessions, attempts] = await auditedBatch(ctx, [
    deleteIdleSessions(db, ctx.nowMs - SESSION_IDLE_MS, MAX_ROWS_PER_RUN),
    deleteForgotten(db, ctx.nowMs, MAX_ROWS_PER_RUN),
  ]);
  return { sessions: sessions?.results.length ?? 0, loginAttempts: attempts?.meta.changes ?? 0 };
}
