import type { Decision, FraudEvent } from '../wire/fraud.ts';
import type { Json, JsonObject, Level } from '../wire/record.ts';

const LEVEL_OF: Readonly<Record<Decision, Level>> = { allow: 'info', review: 'warn', deny: 'error' };

/** The event as a record of the stream `fraud`; its id is the event's. */
export function recordOf(event: FraudEvent): JsonObject {
  const names = event.reasons.map(({ rule }) => rule);
  const why = names.length === 0 ? '' : `: ${names.join(', ')}`;
  return {
    ts: event.atMs,
    level: LEVEL_OF[event.decision],
    message: `${event.eventType} of ${event.userId}: ${event.decision} with score ${event.riskScore}${why}`,
    attrs: {
      eventId: event.id,
      riskScore: event.riskScore,
      decision: event.decision,
      reasons: names,
      rulesVersion: event.rulesVersion,
      success: event.success,
      amountCents: event.amountCents,
      gateway: event.gateway,
      country: event.country,
      deviceRef: event.deviceRef,
      metadata: event.metadata,
      facts: event.facts as unknown as Json,
    },
    userId: event.userId,
    ...(event.sessionId === null ? {} : { sessionId: event.sessionId }),
    type: event.eventType,
  };
}
