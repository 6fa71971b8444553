/** Answers of the health routes, made up. */
import type { Page } from 'playwright-core';
import type { Pulse } from '../../src/wire/alerts.ts';
import type { DestinationHealth, DnsStatistics, WebhookHealth } from '../../src/wire/delivery.ts';

const MINUTE_MS = 60_000;

export const CALM: Omit<Pulse, 'atMs'> = {
  ...{ dnsRatio: 0.962, failureRate: 0.021, breaker: { state: 'CLOSED', sinceMs: Date.now() - 5 * 86_400_000 } },
  ...{ cookies: { status: 'ok', maxBytes: 1_210, maxCount: 9 }, firing: { critical: 0, warning: 0, info: 0 } },
  ...{ deadLetters: 0, unknown: 0, refusing: 0 },
};

/** Everything that can be wrong at once. */
export const ALARM: Omit<Pulse, 'atMs'> = {
  ...{ dnsRatio: 0.612, failureRate: 0.384, breaker: { state: 'OPEN', sinceMs: Date.now() - 14 * MINUTE_MS } },
  ...{ cookies: { status: 'bad', maxBytes: 6_100, maxCount: 61 }, firing: { critical: 2, warning: 11, info: 1 } },
  ...{ deadLetters: 1_204, unknown: 1, refusing: 0 },
};

/** A project that has not made a destination. */
export const NO_DESTINATION: Omit<Pulse, 'atMs'> = {
  ...{ dnsRatio: null, failureRate: null, breaker: { state: 'CLOSED', sinceMs: null }, cookies: null },
  ...{ firing: { critical: 0, warning: 0, info: 0 }, deadLetters: 0, unknown: 0, refusing: 0 },
};

const DNS: DnsStatistics = {
  ...{ hits: 940, misses: 37, ratio: 0.962, entries: 1, failures: 0, prefetchIntervalMs: 24_000 },
  ...{ expiresAtMs: Date.now() + 18_000, addresses: ['203.0.113.7', '2001:db8::7'] },
};

export function healthOf(change: Partial<DestinationHealth> & { destinationId: string }): DestinationHealth {
  return {
    ...{ name: 'On call', kind: 'webhook', disabled: false, disabledReason: null, status: 'healthy' },
    failureRate: 0.02,
    breaker: { state: 'CLOSED', isolated: false, sinceMs: Date.now() - 3 * 86_400_000, nextProbeAtMs: null },
    window: { calls: 100, failed: 2, slow: 1 },
    ...{ p50Ms: 84, p95Ms: 212, p99Ms: 640, slowCallRate: 0.01, backlog: 0, oldestQueuedAtMs: null, deadLetters: 0 },
    ...{ recentDeadLetters: 0, refusing: false, unsendable: false },
    retryBudget: { left: 20, most: 20 },
    ...{ dns: DNS, lastWarmAtMs: null },
    ...change,
  };
}

export function webhookHealth(destinations: DestinationHealth[], unknown: string[] = []): WebhookHealth {
  const open = destinations.some(({ breaker }) => breaker.state === 'OPEN');
  const sum = (of: (health: DestinationHealth) => number) => destinations.reduce((all, health) => all + of(health), 0);
  return {
    status: open || unknown.length > 0 ? 'degraded' : 'healthy',
    ...{ band: open ? 'critical' : 'healthy', failureRate: open ? 0.384 : 0.021 },
    ...{ breaker: open ? 'OPEN' : 'CLOSED', breakerSinceMs: Date.now() - 14 * MINUTE_MS },
    ...{ backlog: sum(({ backlog }) => backlog), oldestQueuedAtMs: null, deadLetters: sum((h) => h.deadLetters) },
    ...{ p50Ms: 84, p95Ms: 212, p99Ms: 640, dns: { hits: 940, misses: 37, ratio: 0.962, entries: 1, failures: 0 } },
    ...{ nextProbeAtMs: null, window: { calls: 100, failed: 2, slow: 1 }, slowCallRate: 0.01, recentDeadLetters: 0 },
    ...{ retryBudget: { left: 20, most: 20 }, lastWarmAtMs: null },
    ...{ destinations, unknown, atMs: Date.now() },
  };
}

/** Of the pulse from here on; `given` is asked anew each time, and null is a server that is away. */
export async function answerPulse(page: Page, given: () => Omit<Pulse, 'atMs'> | null): Promise<void> {
  await page.route(/\/api\/health\/pulse/, (route) => {
    const pulse = given();
    if (pulse !== null) return route.fulfill({ json: { ...pulse, atMs: Date.now() } });
    const json = { status: 503, code: 'store_away', title: 'Away', detail: 'Away.', requestId: 'req-1', errors: [] };
    return route.fulfill({ status: 503, json });
  });
}

export async function answerHealth(page: Page, given: () => WebhookHealth): Promise<void> {
  await page.route(/\/api\/health\/webhook/, (route) => {
    const health = given();
    return route.fulfill({ status: health.status === 'healthy' ? 200 : 503, json: health });
  });
}
