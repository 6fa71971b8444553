import type { Ctx } from '../../env.ts';
import { isFingerprint } from '../../errors/index.ts';
import { type ReadError, readCells } from '../../query/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import { countMoments } from './count-history.ts';
import type { History, Range } from './history.ts';

const HOUR_MS = 3_600_000;

/** Of windows of more than an hour, by whole hours: every group of a week, hour by hour, is one question. Errors: store_away. */
export async function errorHistory(
  ctx: Ctx,
  projectId: string,
  fingerprint: string | null,
  windowMs: number,
  { fromMs, toMs }: Range,
): Promise<Result<History, ReadError>> {
  const whole = Math.ceil(windowMs / HOUR_MS) * HOUR_MS;
  const read = await readCells(ctx, projectId, {
    ...{ stream: 'errors', names: fingerprint === null ? null : [fingerprint], by: null, filters: [] },
    ...{ fromMs: fromMs - whole, toMs, stepMs: HOUR_MS },
  });
  if (!read.ok) return read;
  const { cells, complete, stepMs } = read.value;
  const isUsable = complete && stepMs === HOUR_MS;
  const counts = new Map<string, Map<number, number>>();
  for (const { name, ts, cell } of isUsable ? cells : []) {
    if (!isFingerprint(name)) continue;
    const group = fingerprint === null ? name : '';
    const own = counts.get(group) ?? new Map<number, number>();
    counts.set(group, own);
    own.set(ts / HOUR_MS, (own.get(ts / HOUR_MS) ?? 0) + cell.count);
  }
  const window = { windowMs: whole, stepMs: HOUR_MS, isOne: fingerprint !== null, namesMissed: false };
  const moments = isUsable ? countMoments(counts, window, { fromMs, toMs }) : [];
  return ok({ stepMs: HOUR_MS, moments, complete: isUsable, countedFromMs: isUsable ? fromMs : toMs });
}
