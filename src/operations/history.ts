import type { Ctx } from '../env.ts';
import type { ReadError } from '../query/index.ts';
import { ok, type Result } from '../shared/result.ts';
import type { OperationHistory } from '../wire/operations.ts';
import type { MetricsRequest } from './metrics.ts';
import { byValue, operationNumbers } from './numbers.ts';
import { readTotal } from './select.ts';
import { inSteps } from './steps.ts';

const HOUR_MS = 3_600_000;

/** Hour by hour, the running one last. Errors: store_away. */
export async function operationHistory(
  ctx: Ctx,
  projectId: string,
  { hours, ...selection }: MetricsRequest,
): Promise<Result<OperationHistory, ReadError>> {
  const { scope } = selection;
  const toMs = (Math.floor(ctx.nowMs / HOUR_MS) + 1) * HOUR_MS;
  const fromMs = toMs - hours * HOUR_MS;
  const read = await inSteps({ fromMs, toMs, stepMs: HOUR_MS }, (span) => readTotal(ctx, projectId, selection, span));
  if (!read.ok) return read;
  const { cells, ...coverage } = read.value;
  const byHour = Map.groupBy(cells, ({ ts }) => ts);
  const items = Array.from({ length: hours }, (_, i) => {
    const ts = fromMs + i * HOUR_MS;
    const [all = { durations: null, sizes: null }] = byValue(scope, byHour.get(ts) ?? []);
    return { ts, ...operationNumbers(all) };
  });
  return ok({ scope, hours, ...coverage, items, nextCursor: null });
}
