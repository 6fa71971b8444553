import type { Ctx } from '../../env.ts';
import type { Sketch } from '../../rollups/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { VitalName, VitalsDistribution } from '../../wire/vitals.ts';
import { readCells } from '../cells/read.ts';
import type { ReadError } from '../errors.ts';
import { cellAt, scopeOf, vitalNumbers } from './numbers.ts';
import type { VitalRequest } from './parameters.ts';

/** Of a bin, so that both thresholds of the vital lie between two of them. */
const BIN_WIDTHS: Readonly<Record<VitalName, number>> = { LCP: 250, INP: 20, CLS: 0.01, FCP: 150, TTFB: 100, FID: 10 };
/** Ten times the good threshold or more; the last bin is open. */
const BINS = 41;

/** How a vital's values are spread. Values are those of a sketch, so one within 1 % of an edge may be in the bin beside. Errors: store_away. */
export async function vitalsDistribution(
  ctx: Ctx,
  projectId: string,
  { name, fromMs, toMs, filters }: VitalRequest,
): Promise<Result<VitalsDistribution, ReadError>> {
  const read = await readCells(ctx, projectId, {
    ...{ stream: 'vitals', names: [name], fromMs, toMs, stepMs: null, by: null, filters },
  });
  if (!read.ok) return read;
  const cell = cellAt(read.value, name);
  const items = binsOf(cell?.sketch ?? null, BIN_WIDTHS[name]);
  return ok({ ...scopeOf(read.value), name, numbers: vitalNumbers(name, cell), items });
}

function binsOf(sketch: Sketch | null, width: number): VitalsDistribution['items'] {
  // An edge is what its two digits say, and no sum of rounding errors: 0.07, not 0.07000000000000001.
  const edge = (bin: number) => Number((bin * width).toPrecision(12));
  const bins = Array.from({ length: BINS }, (_, bin) => ({
    ...{ from: edge(bin), to: bin === BINS - 1 ? null : edge(bin + 1), count: 0 },
  }));
  for (const [value, count] of sketch?.bins() ?? []) {
    const bin = bins[Math.min(BINS - 1, Math.max(0, Math.floor(value / width)))];
    if (bin) bin.count += count;
  }
  return bins;
}
