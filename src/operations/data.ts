import { type AnomalyQuestion, DEFAULT_LIMITS, keptAnomalies } from '../anomalies/index.ts';
import type { Ctx } from '../env.ts';
import type { ReadError } from '../query/index.ts';
import { ok, type Result } from '../shared/result.ts';
import type { Anomaly, OperationData } from '../wire/operations.ts';
import { operationHistory } from './history.ts';
import { operationMetrics } from './metrics.ts';
import { filtersOf, type Selection } from './select.ts';

const HOURS = 24;
const HOUR_MS = 3_600_000;
const STATS = ['p95', 'failedShare', 'count'];

export interface DataRequest extends Selection {
  refresh: boolean;
}

/** What a dashboard of one scope shows at once, of the last 24 hours. Errors: store_away. */
export async function operationData(
  ctx: Ctx,
  projectId: string,
  { refresh, ...selection }: DataRequest,
): Promise<Result<OperationData, ReadError>> {
  const request = { ...selection, hours: HOURS };
  const [metrics, history, ...found] = await Promise.all([
    operationMetrics(ctx, projectId, request),
    operationHistory(ctx, projectId, request),
    ...questionsOf(selection, ctx.nowMs).map((question) => keptAnomalies(ctx, projectId, question, refresh)),
  ]);
  if (!metrics.ok) return metrics;
  if (!history.ok) return history;
  const anomalies: Anomaly[] = [];
  let anomaliesComplete = true;
  for (const one of found) {
    if (!one.ok) return one;
    anomalies.push(...one.value.items);
    anomaliesComplete &&= one.value.complete;
  }
  anomalies.sort((a, b) => b.ts - a.ts || Math.abs(b.score) - Math.abs(a.score));
  return ok({
    ...{ scope: selection.scope, generatedAtMs: ctx.nowMs },
    ...{ metrics: metrics.value, history: history.value, anomalies, anomaliesComplete },
  });
}

/** Of all, and by gateway (of a scope without them by operation); of a selection, of that alone. */
function questionsOf(selection: Selection, nowMs: number): AnomalyQuestion[] {
  const toMs = (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS;
  const common = {
    ...({ stream: 'operations', name: selection.scope, stats: STATS, limits: DEFAULT_LIMITS } as const),
    ...{ fromMs: toMs - HOURS * HOUR_MS, toMs },
  };
  const [filter] = filtersOf(selection);
  if (filter) return [{ ...common, by: filter.label, value: filter.value }];
  const by = selection.scope === 'profile' ? 'operation' : 'gateway';
  return [
    { ...common, by: null, value: null },
    { ...common, by, value: null },
  ];
}
