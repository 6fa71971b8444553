import type { DestinationHealth, HealthBand } from '../../wire/delivery.ts';
import type { BreakerView } from '../breaker/types.ts';

/** How long one call of the queue took. */
export interface Timing {
  atMs: number;
  durationMs: number;
}

/** Of the attempts that count: the newest `calls`, none older than `sinceMs`. */
export function inWindow(timings: readonly Timing[], calls: number, sinceMs: number): Timing[] {
  return timings.slice(-calls).filter(({ atMs }) => atMs >= sinceMs);
}

/** The nearest rank: a time that was measured, never one in between. Null where there is none. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

export function percentiles(timings: readonly Timing[]): Pick<DestinationHealth, 'p50Ms' | 'p95Ms' | 'p99Ms'> {
  const sorted = timings.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  return { p50Ms: percentile(sorted, 0.5), p95Ms: percentile(sorted, 0.95), p99Ms: percentile(sorted, 0.99) };
}

/** Under 10 %, to 25 %, above. Where nothing was called nothing is known to be wrong. */
export function bandOf(failureRate: number | null): HealthBand {
  if (failureRate === null || failureRate < 0.1) return 'healthy';
  return failureRate <= 0.25 ? 'elevated' : 'critical';
}

/** What the breaker, which knows calls alone, does not see. */
export type Refusals = Pick<DestinationHealth, 'recentDeadLetters' | 'refusing' | 'unsendable'>;

/** A receiver that refuses what it is told answers, and fails nothing; how it is must show all the same. */
function bandWith(failureRate: number | null, { recentDeadLetters, refusing, unsendable }: Refusals): HealthBand {
  if (refusing || unsendable) return 'critical';
  const band = bandOf(failureRate);
  return band === 'healthy' && recentDeadLetters > 0 ? 'elevated' : band;
}

export function breakerHealth(
  view: BreakerView,
  refusals: Refusals,
): Refusals & Pick<DestinationHealth, 'status' | 'failureRate' | 'breaker' | 'window' | 'slowCallRate'> {
  const { state, isolated, sinceMs, nextProbeAtMs, calls, failed, slow, failureRate, slowCallRate } = view;
  return {
    ...{ status: bandWith(failureRate, refusals), ...refusals, failureRate, slowCallRate },
    breaker: { state, isolated, sinceMs, nextProbeAtMs },
    window: { calls, failed, slow },
  };
}
