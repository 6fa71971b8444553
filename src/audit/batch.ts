import type { Ctx } from '../env.ts';
import { closeContext, openContext } from './context-store.ts';

/**
 * One transaction in the name of who acts: every write to a critical table goes through here, or its audit entries say that it came from the console and
 * the operators are told (migrations/0025_audit_changes.sql). Answers the results of the statements, in their order.
 */
export async function auditedBatch<T = unknown>(
  ctx: Ctx,
  statements: readonly D1PreparedStatement[],
): Promise<D1Result<T>[]> {
  const { DB } = ctx.env;
  const results = await DB.batch<T>([openContext(ctx), ...statements, closeContext(DB)]);
  return results.slice(1, -1);
}
