import type { Ctx } from '../../env.ts';
import { ok, type Result } from '../../shared/result.ts';
import { VITAL_THRESHOLDS, VITALS, type VitalSummary, type VitalsSummary } from '../../wire/vitals.ts';
import { readCells } from '../cells/read.ts';
import type { ReadError } from '../errors.ts';
import { cellAt, scopeOf, vitalNumbers } from './numbers.ts';
import type { VitalsRequest } from './parameters.ts';

/** Every vital over a range, held against the range of equal length before it. Errors: store_away. */
export async function vitalsSummary(
  ctx: Ctx,
  projectId: string,
  { fromMs, toMs, filters }: VitalsRequest,
): Promise<Result<VitalsSummary, ReadError>> {
  const question = { stream: 'vitals', names: VITALS, stepMs: null, by: null, filters } as const;
  const [now, before] = await Promise.all([
    readCells(ctx, projectId, { ...question, fromMs, toMs }),
    readCells(ctx, projectId, { ...question, fromMs: fromMs - (toMs - fromMs), toMs: fromMs }),
  ]);
  if (!now.ok) return now;
  if (!before.ok) return before;
  const items = VITALS.map((name): VitalSummary => {
    const numbers = vitalNumbers(name, cellAt(now.value, name));
    const previous = vitalNumbers(name, cellAt(before.value, name));
    return {
      ...numbers,
      ...{ name, unit: name === 'CLS' ? 'score' : 'ms', thresholds: VITAL_THRESHOLDS[name], previous },
      change: {
        p75: changeOf(numbers.p75, previous.p75),
        count: changeOf(numbers.count, previous.count),
      },
    };
  });
  return ok({ ...scopeOf(now.value), items });
}

/** Null where there is nothing to hold it against. */
function changeOf(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : now / before - 1;
}
