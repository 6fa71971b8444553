import { GATEWAYS, type Gateway, type Incident, severityAt } from './incident.ts';
import type { Chance } from './random.ts';
import type { DemoRecord } from './record.ts';

/** What a call of each gateway typically takes, in milliseconds, and how often it fails on a good day. */
const MANNERS: Readonly<Record<Gateway, { typicalMs: number; failing: number }>> = {
  venmo: { typicalMs: 180, failing: 0.006 },
  cashapp: { typicalMs: 140, failing: 0.004 },
  paypal: { typicalMs: 320, failing: 0.009 },
  zelle: { typicalMs: 240, failing: 0.012 },
  wise: { typicalMs: 410, failing: 0.005 },
  revolut: { typicalMs: 120, failing: 0.003 },
};
/** The product's own deadline for a gateway. */
const TIMEOUT_MS = 5_000;
const OPERATIONS = [
  'create',
  'create',
  'create',
  'query',
  'query',
  'query',
  'query',
  'refund',
  'cancel',
  'verify',
] as const;

/** One timed call of a payment gateway. */
export function operation(ms: number, dice: Chance, incident: Incident | null): DemoRecord {
  const target = dice.pick(GATEWAYS);
  const name = dice.pick(OPERATIONS);
  const hit = incident?.kind === 'gateway' && incident.gateway === target ? severityAt(incident, ms) : 0;
  const { typicalMs, failing } = MANNERS[target];
  const wantedMs = dice.latencyMs(typicalMs * (1 + 14 * hit));
  const timedOut = wantedMs >= TIMEOUT_MS;
  const failed = timedOut || dice.happens(failing + 0.55 * hit);
  const durationMs = Math.min(wantedMs, TIMEOUT_MS);
  const status = timedOut ? 504 : failed ? dice.pick([502, 503, 503, 409]) : name === 'create' ? 201 : 200;
  const outcome = timedOut ? 'timeout' : failed ? 'error' : 'ok';
  return {
    ts: ms,
    stream: 'operations',
    level: failed ? 'error' : durationMs > 2_000 ? 'warn' : 'info',
    service: 'payments',
    type: 'operation',
    message: `p2p ${target} ${name} ${outcome} in ${durationMs} ms`,
    traceId: dice.hex(32),
    attrs: {
      scope: 'p2p',
      target,
      operation: name,
      outcome,
      durationMs,
      status,
      amount: dice.int(500, 40_000) / 100,
      currency: target === 'wise' || target === 'revolut' ? dice.pick(['EUR', 'GBP', 'USD']) : 'USD',
      attempt: failed && dice.happens(0.4) ? 2 : 1,
    },
  };
}
