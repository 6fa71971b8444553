import { actorId, auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { type BrowserRules, type BrowserRulesAnswer, DEFAULT_BROWSER_RULES } from '../wire/browser.ts';
import type { EdgeError } from './errors.ts';
import { pushRules } from './push-rules.ts';
import { findRules, saveRules } from './rules-store.ts';

export async function readRules(ctx: Ctx, projectId: string): Promise<BrowserRulesAnswer> {
  const stored = await findRules(ctx.env.DB, projectId);
  if (stored === null) return { ...DEFAULT_BROWSER_RULES, version: 0, changedAtMs: null, changedBy: null };
  const { confirmed: _, ...rules } = stored;
  return rules;
}

/**
 * Changes how a project that the caller was granted `admin` on reads what browsers send. Its limiter knows it before the answer; other isolates ask within
 * a minute. `version`, where it is given, is the one that the change was made from. Rules that are there already are answered as made, whatever version is
 * named, so that a repeat after browser_rules_pending reaches the limiter. Errors: browser_rules_changed, browser_rules_pending.
 */
export async function changeRules(
  ctx: Ctx,
  projectId: string,
  { version, pageRules, bots }: BrowserRules & { version: number | null },
): Promise<Result<BrowserRulesAnswer, EdgeError>> {
  const before = await readRules(ctx, projectId);
  const isSame = before.bots === bots && JSON.stringify(before.pageRules) === JSON.stringify(pageRules);
  if (!isSame) {
    if (version !== null && version !== before.version)
      return err({ kind: 'browser_rules_changed', version: before.version });
    const after = { version: before.version + 1, pageRules, bots };
    const [saved] = await auditedBatch(ctx, [
      saveRules(ctx.env.DB, projectId, after, { atMs: ctx.nowMs, by: actorId(ctx.actor) ?? '' }),
      auditIfChanged(ctx, { action: 'browser_rules.change', target: projectId, projectId, detail: after }),
    ]);
    if (!hasChanged(saved)) {
      return err({ kind: 'browser_rules_changed', version: (await readRules(ctx, projectId)).version });
    }
  }
  const pushed = await pushRules(ctx, projectId);
  return pushed.ok ? ok(await readRules(ctx, projectId)) : pushed;
}
