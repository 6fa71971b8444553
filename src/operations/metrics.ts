import type { Ctx } from '../env.ts';
import type { CellAnswer, ReadError } from '../query/index.ts';
import { OTHER } from '../rollups/index.ts';
import { ok, type Result } from '../shared/result.ts';
import { type OperationMetrics, partsOf } from '../wire/operations.ts';
import { byValue, operationNumbers, reasonsOf } from './numbers.ts';
import { coverageOf, readReasons, readSplit, readTotal, type Selection } from './select.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export interface MetricsRequest extends Selection {
  hours: number;
}

/** What the operations of the last hours came to, as a whole and by gateway and operation. Errors: store_away. */
export async function operationMetrics(
  ctx: Ctx,
  projectId: string,
  { hours, ...selection }: MetricsRequest,
): Promise<Result<OperationMetrics, ReadError>> {
  const { scope } = selection;
  const toMs = (Math.floor(ctx.nowMs / MINUTE_MS) + 1) * MINUTE_MS;
  const span = { fromMs: toMs - hours * HOUR_MS, toMs, stepMs: null };
  const total = await readTotal(ctx, projectId, selection, span);
  if (!total.ok) return total;
  // As long as what was covered, and right before it.
  const { fromMs } = total.value;
  const before = { fromMs: fromMs - (total.value.toMs - fromMs), toMs: fromMs, stepMs: null };
  const reads = await Promise.all([
    readTotal(ctx, projectId, selection, before),
    readSplit(ctx, projectId, selection, span, 'gateway'),
    readSplit(ctx, projectId, selection, span, 'operation'),
    readSplit(ctx, projectId, selection, span, 'call'),
    readReasons(ctx, projectId, selection, span),
  ]);
  const answers: CellAnswer[] = [];
  for (const read of reads) {
    if (!read.ok) return read;
    answers.push(read.value);
  }
  const [previous, gateways, operations, calls, reasons] = answers as [
    ...[CellAnswer, CellAnswer, CellAnswer],
    ...[CellAnswer, CellAnswer],
  ];
  const whole = ({ cells }: CellAnswer) => operationNumbers(byValue(scope, cells)[0] ?? NOTHING);
  return ok({
    ...{ ...selection, hours, fromMs, toMs: total.value.toMs },
    ...coverageOf([total.value, gateways, operations, calls]),
    ...{ total: whole(total.value), previous: whole(previous) },
    gateways: byValue(scope, gateways.cells).map(({ value, ...cells }) => ({
      gateway: value,
      ...operationNumbers(cells),
    })),
    operations: byValue(scope, operations.cells).map(({ value, ...cells }) => ({
      operation: value,
      ...operationNumbers(cells),
    })),
    items: byValue(scope, calls.cells).map(({ value, ...cells }) => ({
      ...(value === OTHER ? { gateway: OTHER, operation: OTHER } : partsOf(value)),
      ...operationNumbers(cells),
    })),
    reasons: reasonsOf(reasons.cells),
    reasonsFrom: coverageOf([reasons]),
  });
}

const NOTHING = { durations: null, sizes: null };
