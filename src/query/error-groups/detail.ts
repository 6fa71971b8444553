import type { Ctx } from '../../env.ts';
import { isFingerprint, type KnownGroup } from '../../errors/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { ErrorGroupDetail } from '../../wire/error-groups.ts';
import { readCells } from '../cells/read.ts';
import type { ReadError } from '../errors.ts';
import { readFailure } from '../search.ts';
import { knownGroups } from './known.ts';
import { occurrences, queryOf } from './occurrences.ts';
import type { DetailRequest } from './parameters.ts';
import { groupAnswer, readTrends, readValues } from './sums.ts';

const LABELS = ['release', 'browser', 'os', 'device', 'country', 'page'] as const;
/** More are no overview. */
const MAX_VALUES = 20;

/** One group: its counts over the range, who and where, and a page of its records. Errors: error_group_not_found, query_too_broad, store_away. */
export async function errorGroup(
  ctx: Ctx,
  projectId: string,
  fingerprint: string,
  request: DetailRequest,
): Promise<Result<ErrorGroupDetail, ReadError>> {
  const known = await knownGroup(ctx, projectId, fingerprint);
  if (!known.ok) return known;
  const { fromMs, toMs } = request;
  const range = { fromMs, toMs, filters: [] };
  const sums = await readCells(ctx, projectId, {
    ...{ stream: 'errors', names: [fingerprint], fromMs, toMs, stepMs: null, by: null, filters: [] },
  });
  if (!sums.ok) return sums;
  const trends = await readTrends(ctx, projectId, range, [fingerprint]);
  if (!trends.ok) return trends;
  const breakdowns: ErrorGroupDetail['breakdowns'] = [];
  for (const label of LABELS) {
    const values = await readValues(ctx, projectId, range, [fingerprint], label);
    if (!values.ok) return values;
    breakdowns.push({ label, values: (values.value.get(fingerprint) ?? []).slice(0, MAX_VALUES) });
  }
  const found = await occurrences(ctx, projectId, fingerprint, request);
  if (!found.ok) return found;
  const { starts, bucketMs, countsOf } = trends.value;
  const trend = countsOf(fingerprint);
  const releases = breakdowns.find(({ label }) => label === 'release')?.values ?? [];
  return ok({
    group: groupAnswer(known.value, sums.value.cells[0]?.cell ?? null, { trend, releases, knowsSessions: true }),
    buckets: starts.map((ts, i) => ({ ts, count: trend[i] ?? 0 })),
    ...{ bucketMs, breakdowns, occurrences: found.value },
  });
}

/** A group of the project, be it in the register or only in what is not sealed yet. Errors: error_group_not_found, store_away. */
export async function knownGroup(
  ctx: Ctx,
  projectId: string,
  fingerprint: string,
): Promise<Result<KnownGroup, ReadError>> {
  if (!isFingerprint(fingerprint)) return err({ kind: 'error_group_not_found' });
  try {
    const known = await knownGroups(ctx, projectId, [fingerprint], queryOf(fingerprint));
    const group = known.get(fingerprint);
    return group ? ok(group) : err({ kind: 'error_group_not_found' });
  } catch (cause) {
    return err(await readFailure(ctx, cause));
  }
}
