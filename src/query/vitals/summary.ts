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
  const now = await readCells(ctx, projectId, { ...question, fromMs, toMs });
  if (!now.ok) return now;
  // As long as what was covered, and right before it.
  const { fromMs: firstMs, toMs: endMs } = now.value;
  const before = await readCells(ctx, projectId, { ...question, fromMs: firstMs - (endMs - firstMs), toMs: firstMs });
  if (!before.ok) return before;
  const known = before.value.complete ? before.value : null;
  const items = VITALS.map((name): VitalSummary => {
    const numbers = vitalNumbers(name, cellAt(now.value, name));
    const previous = known && vitalNumbers(name, cellAt(known, name));
    return {
      ...numbers,
      ...{
        name,
        unit: name === 'CLS' ? 'score' : 'ms',
        thresholds: VITAL_THRESHOLDS[name],
        previous: previous ?? vitalNumbers(name, null),
      },
      change: {
        p75: changeOf(numbers.p75, previous?.p75 ?? null),
        count: changeOf(numbers.count, previous?.count ?? null),
      },
    };
  });
  return ok({ ...scopeOf(now.value), items });
}

/** Null where there is nothing to hold it against. */
function changeOf(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : now / before - 1;
}
