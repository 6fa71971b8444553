import type { Ctx } from '../../env.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { VitalsBreakdown } from '../../wire/vitals.ts';
import { readCells } from '../cells/read.ts';
import type { ReadError } from '../errors.ts';
import { scopeOf, vitalNumbers } from './numbers.ts';
import type { VitalsBreakdownRequest } from './parameters.ts';

/** One vital by the values of a label, those with the most events first. Errors: store_away. */
export async function vitalsBreakdown(
  ctx: Ctx,
  projectId: string,
  { name, by, fromMs, toMs, filters }: VitalsBreakdownRequest,
): Promise<Result<VitalsBreakdown, ReadError>> {
  const read = await readCells(ctx, projectId, {
    ...{ stream: 'vitals', names: [name], fromMs, toMs, stepMs: null, by, filters },
  });
  if (!read.ok) return read;
  const total = read.value.cells.reduce((sum, { cell }) => sum + cell.count, 0);
  const items = read.value.cells
    .map(({ value, cell }) => ({ value, ...vitalNumbers(name, cell), share: cell.count / total }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return ok({ ...scopeOf(read.value), name, by, items });
}
