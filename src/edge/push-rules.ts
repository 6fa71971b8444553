import { auditedBatch } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { tellBrowserRules } from '../limits/index.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { EdgeError } from './errors.ts';
import { forgetRules } from './known-rules.ts';
import { confirmRules, findRules, unconfirmedRules } from './rules-store.ts';

/** In one run of cron: each takes four statements and a call, of a thousand that an invocation makes and shares (cron.ts). */
const MAX_PUSHES_PER_RUN = 30;

/**
 * Tells the project's limiter the rules as their row says now, unless it has confirmed them. It keeps the newest version, so that of two changes at
 * once the order of arrival does not matter; a version that moved on meanwhile was pushed by whoever moved it. Error: browser_rules_pending.
 */
export async function pushRules(ctx: Ctx, projectId: string): Promise<Result<null, EdgeError>> {
  const stored = await findRules(ctx.env.DB, projectId);
  if (stored === null || stored.confirmed) return ok(null);
  const { version, pageRules, bots } = stored;
  try {
    await tellBrowserRules(ctx.env, projectId, { version, pageRules, bots });
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'browser_rules_not_told', { requestId, projectId, cause: String(cause) });
    return err({ kind: 'browser_rules_pending' });
  }
  forgetRules(projectId);
  await auditedBatch(ctx, [confirmRules(ctx.env.DB, projectId, version)]);
  return ok(null);
}

/** Cron: after browser_rules_pending that nobody repeated, and after a crash between batch and push. */
export async function reconcileRules(ctx: Ctx): Promise<{ told: number; failed: number }> {
  const counts = { told: 0, failed: 0 };
  for (const projectId of await unconfirmedRules(ctx.env.DB, MAX_PUSHES_PER_RUN)) {
    const pushed = await pushRules(ctx, projectId);
    counts[pushed.ok ? 'told' : 'failed']++;
  }
  return counts;
}
