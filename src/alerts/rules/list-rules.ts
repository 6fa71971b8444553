import type { Ctx } from '../../env.ts';
import { type Page, type PageRequest, pageOf } from '../../shared/page.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AlertRule, RuleStatus } from '../../wire/alerts.ts';
import type { AlertError } from '../errors.ts';
import { orAway } from '../object.ts';
import { findRule, type RuleRow, ruleOfRow, selectRules } from './store.ts';

/** `status`: null before it was evaluated for the first time, and while the object does not answer. */
export type ListedRule = AlertRule & { status: RuleStatus | null };

/** In the order in which they were made, with what they are doing. */
export async function listRules(ctx: Ctx, projectId: string, { limit, after }: PageRequest): Promise<Page<ListedRule>> {
  const [rows, statuses] = await Promise.all([
    selectRules(ctx.env.DB, projectId, { limit: limit + 1, after }).all<RuleRow>(),
    statusesOf(ctx, projectId),
  ]);
  return pageOf(
    rows.results.map((row): ListedRule => ({ ...ruleOfRow(row), status: statuses.get(row.id) ?? null })),
    limit,
  );
}

/** Error: rule_not_found. */
export async function readRule(ctx: Ctx, projectId: string, id: string): Promise<Result<ListedRule, AlertError>> {
  const rule = await findRule(ctx.env.DB, projectId, id);
  if (rule === null) return err({ kind: 'rule_not_found' });
  return ok({ ...rule, status: (await statusesOf(ctx, projectId)).get(id) ?? null });
}

async function statusesOf(ctx: Ctx, projectId: string): Promise<Map<string, RuleStatus>> {
  const statuses = await orAway(ctx, projectId, 'statuses', (object) => object.statuses());
  return new Map((statuses ?? []).map((status) => [status.ruleId, status]));
}
