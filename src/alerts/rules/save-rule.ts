import { actorId, auditedBatch, auditIfChanged } from '../../audit/index.ts';
import { unknownDestinations } from '../../delivery/index.ts';
import type { Ctx } from '../../env.ts';
import { hasChanged } from '../../shared/changed.ts';
import { randomId } from '../../shared/ids.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type AlertRule, type AlertRuleInput, MAX_RULES } from '../../wire/alerts.ts';
import type { JsonObject } from '../../wire/record.ts';
import type { AlertError } from '../errors.ts';
import { pushSettings } from '../push/push-settings.ts';
import { bumpIfChanged } from '../push/settings-store.ts';
import { deleteRuleRow, findRule, inputOf, insertRule, updateRule } from './store.ts';

/**
 * Makes a rule of a project that the caller was granted `write` on; in force at the object before the answer. `origin`: of the request's URL, for links in notices. Errors: invalid (a destination that is not
 * there), too_many_rules, alerts_pending.
 */
export async function createRule(
  ctx: Ctx,
  projectId: string,
  input: AlertRuleInput,
  origin: string,
): Promise<Result<AlertRule, AlertError>> {
  const fault = await destinationFault(ctx, projectId, input);
  if (fault) return err(fault);
  const { nowMs, env } = ctx;
  const times = { createdAtMs: nowMs, changedAtMs: nowMs, changedBy: actorId(ctx.actor) ?? '' };
  const rule: AlertRule = { ...input, id: randomId('rul'), projectId, version: 1, ...times };
  const [inserted] = await auditedBatch(ctx, [
    insertRule(env.DB, rule, MAX_RULES),
    auditIfChanged(ctx, { action: 'alert_rule.create', target: rule.id, projectId, detail: jsonOf(input) }),
    bumpIfChanged(env.DB, projectId, nowMs),
  ]);
  if (!hasChanged(inserted)) return err({ kind: 'too_many_rules', most: MAX_RULES });
  const pushed = await pushSettings(ctx, projectId, origin, rule.id);
  return pushed.ok ? ok(rule) : pushed;
}

/**
 * Changes a rule. `version`, where it is given, is the one that the change was made from. A change that the rule has already is answered as made, whatever
 * version it names, so that a repeat after alerts_pending reaches the object. Errors: rule_not_found, rule_changed, invalid, alerts_pending.
 */
export async function changeRule(
  ctx: Ctx,
  projectId: string,
  id: string,
  { version, ...input }: AlertRuleInput & { version: number | null },
  origin: string,
): Promise<Result<AlertRule, AlertError>> {
  const { env, nowMs } = ctx;
  const before = await findRule(env.DB, projectId, id);
  if (before === null) return err({ kind: 'rule_not_found' });
  const difference = differenceOf(inputOf(before), input);
  let rule = before;
  if (Object.keys(difference.after).length > 0) {
    if (version !== null && version !== before.version) return err({ kind: 'rule_changed', version: before.version });
    const fault = await destinationFault(ctx, projectId, input);
    if (fault) return err(fault);
    rule = {
      ...before,
      ...input,
      version: before.version + 1,
      changedAtMs: nowMs,
      changedBy: actorId(ctx.actor) ?? '',
    };
    const [updated] = await auditedBatch(ctx, [
      updateRule(env.DB, rule),
      auditIfChanged(ctx, {
        ...{ action: 'alert_rule.change', target: id, projectId },
        detail: { version: rule.version, ...jsonOf(difference) },
      }),
      bumpIfChanged(env.DB, projectId, nowMs),
    ]);
    if (!hasChanged(updated)) {
      const now = await findRule(env.DB, projectId, id);
      return err(now === null ? { kind: 'rule_not_found' } : { kind: 'rule_changed', version: now.version });
    }
  }
  const pushed = await pushSettings(ctx, projectId, origin);
  return pushed.ok ? ok(rule) : pushed;
}

/** What it told is told to have ended. Errors: rule_not_found, alerts_pending. */
export async function deleteRule(
  ctx: Ctx,
  projectId: string,
  id: string,
  origin: string,
): Promise<Result<null, AlertError>> {
  const { env, nowMs } = ctx;
  const before = await findRule(env.DB, projectId, id);
  if (before === null) return err({ kind: 'rule_not_found' });
  const [deleted] = await auditedBatch(ctx, [
    deleteRuleRow(env.DB, projectId, id),
    auditIfChanged(ctx, { action: 'alert_rule.delete', target: id, projectId, detail: { name: before.name } }),
    bumpIfChanged(env.DB, projectId, nowMs),
  ]);
  if (!hasChanged(deleted)) return err({ kind: 'rule_not_found' });
  return pushSettings(ctx, projectId, origin);
}

/** A rule that tells nobody of what its author believes is told is worse than none. */
async function destinationFault(
  ctx: Ctx,
  projectId: string,
  { destinationIds }: AlertRuleInput,
): Promise<AlertError | null> {
  if (destinationIds.length === 0) return null;
  const unknown = new Set(await unknownDestinations(ctx.env.DB, projectId, destinationIds));
  const errors = destinationIds.flatMap((id, index) =>
    !unknown.has(id) ? [] : [{ pointer: `/destinationIds/${index}`, reason: 'is no destination of this project' }],
  );
  return errors.length === 0 ? null : { kind: 'invalid', errors };
}

function differenceOf(
  before: AlertRuleInput,
  after: AlertRuleInput,
): { before: Partial<AlertRuleInput>; after: Partial<AlertRuleInput> } {
  const names = Object.keys(after) as (keyof AlertRuleInput)[];
  const changed = names.filter((name) => textOf(before[name]) !== textOf(after[name]));
  const only = (rule: AlertRuleInput) => Object.fromEntries(changed.map((name) => [name, rule[name]]));
  return { before: only(before), after: only(after) };
}

/** The order of properties says nothing. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function jsonOf(value: object): JsonObject {
  return value as unknown as JsonObject;
}
