import { type CookieHistoryRows, dayOf, levelOf, trendOf } from '../../cookies/index.ts';
import type { Pulse } from '../../wire/alerts.ts';
import type { WebhookHealth } from '../../wire/delivery.ts';

/** What the top bar of the dashboard shows of a project. */
export function pulseOf(health: WebhookHealth, cookies: Pulse['cookies'], firing: Pulse['firing']): Pulse {
  return {
    dnsRatio: health.dns.ratio,
    failureRate: health.failureRate,
    breaker: { state: health.breaker, sinceMs: health.breakerSinceMs },
    ...{ cookies, firing, deadLetters: health.deadLetters, unknown: health.unknown.length, atMs: health.atMs },
    refusing: health.destinations.filter((one) => !one.disabled && (one.refusing || one.unsendable)).length,
  };
}

/**
 * Of the newest day with samples. `bad` where one browser in twenty has more cookies than servers take (docs/cookies.md), `warn` where one in twenty is on the way there, or
 * any is beyond: a single one may be somebody's doing.
 */
export function cookieHealthOf(days: CookieHistoryRows['days']): Pulse['cookies'] {
  const newest = days.at(-1);
  if (!newest || newest.totals.samples === 0) return null;
  const { p95Bytes, maxBytes, maxCount, levels } = trendOf(newest.day, newest.totals);
  const usual = levelOf(p95Bytes);
  const status = usual === 'red' ? 'bad' : usual === 'yellow' || levels.red > 0 ? 'warn' : 'ok';
  return { status, maxBytes, maxCount };
}

/** Today and yesterday: just after midnight nobody has come yet. */
export function cookieDays(nowMs: number): { fromDay: number; toDay: number } {
  return { fromDay: dayOf(nowMs) - 1, toDay: dayOf(nowMs) };
}
