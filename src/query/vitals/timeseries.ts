import type { Ctx } from '../../env.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { VitalsTimeseries } from '../../wire/vitals.ts';
import { readCells } from '../cells/read.ts';
import { seriesOf } from '../cells/series.ts';
import type { ReadError } from '../errors.ts';
import { scopeOf, vitalNumbers } from './numbers.ts';
import type { VitalsTimeseriesRequest } from './parameters.ts';

/** A chart of many lines is none. */
const MAX_SERIES = 12;

/** One vital over time. Errors: store_away. */
export async function vitalsTimeseries(
  ctx: Ctx,
  projectId: string,
  { name, fromMs, toMs, stepMs, by, filters }: VitalsTimeseriesRequest,
): Promise<Result<VitalsTimeseries, ReadError>> {
  const read = await readCells(ctx, projectId, {
    ...{ stream: 'vitals', names: [name], fromMs, toMs, by, filters },
    stepMs: stepMs ?? 'auto',
  });
  if (!read.ok) return read;
  const series = seriesOf(read.value, by === null ? name : null, MAX_SERIES);
  return ok({
    ...{ ...scopeOf(read.value), name, stepMs: read.value.stepMs },
    series: series.map(({ label, points }) => ({
      label,
      points: points.map(({ ts, cell }) => ({ ts, ...vitalNumbers(name, cell) })),
    })),
  });
}
