import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { FiringStore } from '../../../durable-objects/alerts/stores/firing-store.ts';
import { createRule } from '../../../src/alerts/rules/save-rule.ts';
import { ruleSchema } from '../../../src/alerts/rules/schema.ts';
import { createSilence } from '../../../src/alerts/silences/silence.ts';
import { randomId } from '../../../src/shared/ids.ts';
import type { Firing } from '../../../src/wire/alerts.ts';
import { ORIGIN } from './call-app.ts';
import { testCtx } from './context.ts';

/** A rule that is switched off, a silence, and a firing, which nothing evaluates. */
export async function makeAlerts(projectId: string): Promise<{ ruleId: string; silenceId: string; firingId: string }> {
  const ctx = testCtx();
  const input = ruleSchema.parse({ name: 'a rule', condition: { kind: 'silence', stream: 'logs' }, enabled: false });
  const rule = await createRule(ctx, projectId, input, ORIGIN);
  if (!rule.ok) throw new Error(rule.error.kind);
  const until = { fromMs: ctx.nowMs, untilMs: ctx.nowMs + 3_600_000, comment: null };
  const silence = await createSilence(ctx, projectId, { matchers: { team: 'none' }, ...until }, ORIGIN);
  if (!silence.ok) throw new Error(silence.error.kind);
  const firing: Firing = {
    ...{ id: randomId('frg'), ruleId: rule.value.id, ruleName: 'a rule', severity: 'info', labels: {}, group: '' },
    // The object forgets what began 90 days ago.
    ...{ state: 'firing', pendingSinceMs: ctx.nowMs, firedAtMs: ctx.nowMs, resolvedAtMs: null },
    ...{ value: 0, threshold: 1, summary: 'It fires.' },
    ...{ notices: 0, lastNoticeAtMs: null, quiet: null, acknowledged: null },
  };
  await runInDurableObject(env.ALERTS.getByName(projectId), (_, state) => {
    new FiringStore(state.storage.sql).save(firing);
  });
  return { ruleId: rule.value.id, silenceId: silence.value.id, firingId: firing.id };
}
