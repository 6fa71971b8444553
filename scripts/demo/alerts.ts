import type { AlertRuleInput } from '../../src/wire/alerts.ts';
import { type AdminSession, isObject } from '../start/api.ts';

type DemoRule = Pick<AlertRuleInput, 'name' | 'condition' | 'severity'> & Partial<AlertRuleInput>;

/** What would wake somebody up in the demo's product: each incident of its traffic fires one of the first two, and none of them fires for long. */
export const DEMO_RULES: readonly DemoRule[] = [
  {
    name: 'A gateway refuses payments',
    condition: {
      ...{ kind: 'log_count', stream: 'logs', query: 'type:transaction level:error', comparison: 'above' },
      ...{ threshold: 8, groupBy: 'method' },
    },
    ...{ severity: 'critical', windowSeconds: 60, labels: { team: 'payments' } },
  },
  {
    name: 'Sign-ins fail from one address',
    condition: {
      ...{ kind: 'log_count', stream: 'logs', query: 'type:authentication event:login_failed', comparison: 'above' },
      ...{ threshold: 40, groupBy: 'ip' },
    },
    ...{ severity: 'warning', windowSeconds: 60, labels: { team: 'identity' } },
  },
  {
    name: 'Calls of a gateway fail',
    condition: {
      ...{ kind: 'measure', source: 'operations', name: 'p2p', stat: 'failure_rate', labels: {}, by: 'gateway' },
      ...{ leastCount: 30, comparison: 'above', threshold: 0.2 },
    },
    ...{ severity: 'warning', windowSeconds: 120, forSeconds: 30, labels: { team: 'payments' } },
  },
];

/** Those of them that the project does not have yet: a start that was killed halfway goes on. */
export async function makeDemoRules(
  session: AdminSession,
  projectId: string,
  destinationIds: readonly string[],
): Promise<void> {
  const path = `/api/alerts/rules?project=${projectId}`;
  const list = await session.get(path);
  const known =
    isObject(list) && Array.isArray(list.items) ? list.items.map((rule) => isObject(rule) && rule.name) : [];
  for (const rule of DEMO_RULES) {
    if (!known.includes(rule.name)) await session.post(path, { ...rule, destinationIds });
  }
}
