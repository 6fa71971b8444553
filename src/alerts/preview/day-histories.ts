import { keptAnomalies } from '../../anomalies/index.ts';
import { dayOf } from '../../cookies/index.ts';
import type { Ctx } from '../../env.ts';
import type { ReadError } from '../../query/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type AnomalyCondition, anomalyQuestion, observationOf } from '../evaluate/anomaly.ts';
import { type CookieCondition, cookieDays, cookieValue } from '../evaluate/cookies.ts';
import type { Observation } from '../state/index.ts';
import type { History, Moment, Range } from './history.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Hours that were out of what is usual, each as its end saw it. Errors: store_away. */
export async function anomalyHistory(
  ctx: Ctx,
  projectId: string,
  condition: AnomalyCondition,
  { fromMs, toMs }: Range,
): Promise<Result<History, ReadError>> {
  const firstMs = Math.floor(fromMs / HOUR_MS) * HOUR_MS;
  const found = await keptAnomalies(
    ctx,
    projectId,
    anomalyQuestion(condition, firstMs, Math.ceil(toMs / HOUR_MS) * HOUR_MS),
    false,
  );
  if (!found.ok) return found;
  const byHour = new Map<number, Observation[]>();
  for (const item of found.value.items) {
    const there = byHour.get(item.ts) ?? [];
    byHour.set(item.ts, there);
    there.push(observationOf(item));
  }
  const moments: Moment[] = [];
  for (let endMs = firstMs + HOUR_MS; endMs - HOUR_MS < toMs; endMs += HOUR_MS) {
    const atMs = Math.min(endMs, toMs);
    moments.push({ atMs, observed: { values: byHour.get(endMs - HOUR_MS) ?? [], rest: 'zero' } });
  }
  const { complete, items } = found.value;
  // What is left out are the oldest of very many, or hours whose past is not kept any more.
  const oldestMs = items.at(-1)?.ts ?? fromMs;
  return ok({ stepMs: HOUR_MS, moments, complete, countedFromMs: complete ? fromMs : Math.max(fromMs, oldestMs) });
}

/** Days, each as its end saw it. Errors: store_away. */
export async function cookieHistory(
  ctx: Ctx,
  projectId: string,
  condition: CookieCondition,
  { fromMs, toMs }: Range,
): Promise<Result<History, ReadError>> {
  const [fromDay, toDay] = [dayOf(fromMs), dayOf(toMs)];
  const days = await cookieDays(ctx, projectId, { fromDay, toDay });
  if (days === null) return err({ kind: 'store_away' });
  const moments: Moment[] = [];
  for (let day = fromDay; day <= toDay; day++) {
    const totals = days.get(day);
    const values = totals ? [{ group: '', value: cookieValue(condition, totals) }] : [];
    moments.push({ atMs: Math.min((day + 1) * DAY_MS, toMs), observed: { values, rest: 'gone' } });
  }
  return ok({ stepMs: DAY_MS, moments, complete: true, countedFromMs: fromMs });
}
