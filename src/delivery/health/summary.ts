import { BREAKER_STATES, type DestinationHealth, type WebhookHealth } from '../../wire/delivery.ts';
import { bandOf } from '../queue/health.ts';
import { bandOfDestination, isDegraded, worst } from './bands.ts';

/** Destinations as their objects told of themselves, and the ids of those whose object did not answer. */
export interface Told {
  destinations: DestinationHealth[];
  unknown: string[];
}

/** One destination that does not answer us is one whose alerts may not arrive: that is critical, until it says otherwise. */
export function summaryOf({ destinations, unknown }: Told, atMs: number): WebhookHealth {
  const enabled = destinations.filter(({ disabled }) => !disabled);
  const window = {
    calls: sum(enabled, ({ window }) => window.calls),
    failed: sum(enabled, ({ window }) => window.failed),
    slow: sum(enabled, ({ window }) => window.slow),
  };
  const failureRate = shareOf(window.failed, window.calls);
  const bands = destinations.map(bandOfDestination);
  const degraded = unknown.length > 0 || destinations.some(isDegraded);
  const [hits, misses] = [sum(destinations, ({ dns }) => dns.hits), sum(destinations, ({ dns }) => dns.misses)];
  return {
    status: degraded ? 'degraded' : 'healthy',
    band: worst([bandOf(failureRate), ...bands, ...(unknown.length > 0 ? (['critical'] as const) : [])]),
    failureRate,
    ...breakerOf(enabled),
    nextProbeAtMs: least(enabled.map(({ breaker }) => breaker.nextProbeAtMs)),
    ...{ window, slowCallRate: shareOf(window.slow, window.calls) },
    backlog: sum(destinations, ({ backlog }) => backlog),
    oldestQueuedAtMs: least(destinations.map(({ oldestQueuedAtMs }) => oldestQueuedAtMs)),
    deadLetters: sum(destinations, ({ deadLetters }) => deadLetters),
    recentDeadLetters: sum(destinations, ({ recentDeadLetters }) => recentDeadLetters),
    retryBudget: {
      left: sum(enabled, ({ retryBudget }) => retryBudget.left),
      most: sum(enabled, ({ retryBudget }) => retryBudget.most),
    },
    lastWarmAtMs: most(destinations.map(({ lastWarmAtMs }) => lastWarmAtMs)),
    p50Ms: most(enabled.map(({ p50Ms }) => p50Ms)),
    p95Ms: most(enabled.map(({ p95Ms }) => p95Ms)),
    p99Ms: most(enabled.map(({ p99Ms }) => p99Ms)),
    dns: {
      ...{ hits, misses, ratio: shareOf(hits, hits + misses) },
      entries: sum(destinations, ({ dns }) => dns.entries),
      failures: sum(destinations, ({ dns }) => dns.failures),
    },
    ...{ destinations, unknown, atMs },
  };
}

/** The worst state, since the first breaker came into it: so long there has been trouble. Of closed ones, since the last of them closed: so long all has been well. */
function breakerOf(enabled: readonly DestinationHealth[]): Pick<WebhookHealth, 'breaker' | 'breakerSinceMs'> {
  const ranks = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 } as const;
  const breakers = enabled.map(({ breaker }) => breaker);
  const state = BREAKER_STATES.reduce((one, other) =>
    breakers.some((breaker) => breaker.state === other) && ranks[other] > ranks[one] ? other : one,
  );
  const since = breakers.flatMap((breaker) => (breaker.state === state ? [breaker.sinceMs] : []));
  return { breaker: state, breakerSinceMs: state === 'CLOSED' ? most(since) : least(since) };
}

function sum<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0);
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}
