import { average, type DayTotals, dayOf } from '../../cookies/index.ts';
import type { Ctx } from '../../env.ts';
import { fraudOf } from '../../fraud/index.ts';
import { log } from '../../shared/log.ts';
import type { Condition } from '../../wire/alerts.ts';
import { type Evaluation, NOTHING_READ, ofOneGroup } from './evaluation.ts';

export type CookieCondition = Extract<Condition, { kind: 'cookie_bloat' }>;

/** Cookies of today, UTC. The window is the day so far, whatever the rule says. */
export async function evaluateCookies(ctx: Ctx, projectId: string, condition: CookieCondition): Promise<Evaluation> {
  const today = dayOf(ctx.nowMs);
  const days = await cookieDays(ctx, projectId, { fromDay: today, toDay: today });
  if (days === null) return NOTHING_READ;
  const totals = days.get(today);
  // As of a page that nobody visits any more: what fires ends after a day.
  if (!totals) return { observed: { values: [], rest: 'gone' }, problem: 'No cookies were reported today.' };
  return ofOneGroup(cookieValue(condition, totals));
}

/** Totals of days that have samples. Null: the object did not answer. */
export async function cookieDays(
  ctx: Ctx,
  projectId: string,
  range: { fromDay: number; toDay: number },
): Promise<Map<number, DayTotals> | null> {
  try {
    const { days } = await fraudOf(ctx.env, projectId).cookieHistory({ ...range, device: null, limit: 1, after: null });
    return new Map(days.map(({ day, totals }) => [day, totals]));
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'cookie_history_away', { requestId, projectId, cause: String(cause) });
    return null;
  }
}

export function cookieValue({ stat }: CookieCondition, totals: DayTotals): number {
  switch (stat) {
    case 'max_bytes':
      return totals.maxBytes;
    case 'avg_bytes':
      return average(totals);
    case 'max_count':
      return totals.maxCount;
  }
}
