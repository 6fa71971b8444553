import { DEFAULT_LIMITS, keptAnomalies } from '../../anomalies/index.ts';
import type { Ctx } from '../../env.ts';
import type { Condition } from '../../wire/alerts.ts';
import type { Anomaly } from '../../wire/operations.ts';
import type { Observation } from '../state/index.ts';
import { type Evaluation, TOO_MUCH, unreadable } from './evaluation.ts';

export type AnomalyCondition = Extract<Condition, { kind: 'anomaly' }>;

const HOUR_MS = 3_600_000;
/** Before, no hour can be judged for every kind of number (src/anomalies/judge.ts): the one before it is what is known. */
const JUDGED_AFTER_MS = HOUR_MS / 2;

/** How far the running hour is from what is usual. The window is that hour, whatever the rule says. */
export async function evaluateAnomaly(ctx: Ctx, projectId: string, condition: AnomalyCondition): Promise<Evaluation> {
  const hourMs = Math.floor(ctx.nowMs / HOUR_MS) * HOUR_MS;
  const fromMs = ctx.nowMs - hourMs < JUDGED_AFTER_MS ? hourMs - HOUR_MS : hourMs;
  const found = await keptAnomalies(ctx, projectId, anomalyQuestion(condition, fromMs, hourMs + HOUR_MS), false);
  if (!found.ok) return unreadable(found.error);
  const { items, complete } = found.value;
  // Newest first: of each group the last hour that is out counts.
  const values = new Map<string, Observation>();
  for (const item of items) {
    const group = item.label?.value ?? '';
    if (!values.has(group)) values.set(group, observationOf(item));
  }
  return {
    observed: { values: [...values.values()], rest: complete ? 'zero' : 'unseen' },
    problem: complete ? null : TOO_MUCH,
  };
}

export function anomalyQuestion({ stream, name, stat, by }: AnomalyCondition, fromMs: number, toMs: number) {
  return { stream, name, stats: [stat], by, value: null, fromMs, toMs, limits: DEFAULT_LIMITS };
}

/** Its score without its direction, which the sentence has. */
export function observationOf({ label, score, reason }: Anomaly): Observation {
  return { group: label?.value ?? '', value: Math.abs(score), note: reason };
}
