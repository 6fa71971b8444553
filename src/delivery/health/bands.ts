import { type BreakerState, type DestinationHealth, HEALTH_BANDS, type HealthBand } from '../../wire/delivery.ts';

export function worst(bands: readonly HealthBand[]): HealthBand {
  return bands.reduce(
    (one, other) => (HEALTH_BANDS.indexOf(other) > HEALTH_BANDS.indexOf(one) ? other : one),
    'healthy',
  );
}

const OF_BREAKER: Readonly<Record<BreakerState, HealthBand>> = {
  CLOSED: 'healthy',
  HALF_OPEN: 'elevated',
  OPEN: 'critical',
};

/**
 * Of one destination among all. Somebody who disables it does not want to hear of it; one that answered 410 is disabled by its receiver, and nobody has
 * decided yet that its alerts need not arrive.
 */
export function bandOfDestination({ status, breaker, disabled, disabledReason }: DestinationHealth): HealthBand {
  if (disabled) return disabledReason === 'gone' ? 'critical' : 'healthy';
  return worst([status, OF_BREAKER[breaker.state]]);
}

/** Whether the whole is degraded by it (`WebhookHealth`). */
export function isDegraded({ status, breaker, disabled, disabledReason }: DestinationHealth): boolean {
  if (disabled) return disabledReason === 'gone';
  return status === 'critical' || breaker.state !== 'CLOSED';
}
