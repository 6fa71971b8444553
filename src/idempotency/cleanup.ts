import type { Ctx } from '../env.ts';
import { deleteExpired } from './store.ts';

/** Rows of one statement: at the most that answers may have, 350 MB of text. */
const ROWS_PER_STATEMENT = 1_000;
/** Of a run: 480,000 keys a day. What is left waits for the next hour; it is judged by its time when it is read. */
export const MAX_CLEANUP_STATEMENTS = 20;

export async function cleanIdempotencyKeys(ctx: Ctx): Promise<{ keys: number }> {
  let keys = 0;
  for (let i = 0; i < MAX_CLEANUP_STATEMENTS; i++) {
    const deleted = await deleteExpired(ctx.env.DB, ctx.nowMs, ROWS_PER_STATEMENT);
    keys += deleted;
    if (deleted < ROWS_PER_STATEMENT) break;
  }
  return { keys };
}
