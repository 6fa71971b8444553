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

interface Work {
  name: string;
  /** How often it is called, against the others. */
  share: number;
  /** How long it takes, against what a call of the gateway typically does. */
  effort: number;
  /** Of the answer, typically. */
  bytes: number;
}
type Works = readonly [Work, ...Work[]];

const P2P: Works = [
  { name: 'query', share: 38, effort: 0.6, bytes: 1_800 },
  { name: 'create', share: 27, effort: 1, bytes: 900 },
  { name: 'webhook', share: 16, effort: 0.25, bytes: 400 },
  { name: 'dry-run', share: 7, effort: 0.8, bytes: 1_200 },
  { name: 'refund', share: 5, effort: 1.4, bytes: 700 },
  { name: 'switch', share: 3, effort: 1.1, bytes: 600 },
  { name: 'full', share: 3, effort: 3, bytes: 24_000 },
  { name: 'dispute', share: 1, effort: 2, bytes: 5_200 },
];
const PROFILE: Works = [
  { name: 'query', share: 60, effort: 0.5, bytes: 2_600 },
  { name: 'update', share: 22, effort: 1.2, bytes: 800 },
  { name: 'full', share: 11, effort: 4, bytes: 38_000 },
  { name: 'dry-run', share: 7, effort: 1, bytes: 1_100 },
];
const PROFILE_TYPICAL_MS = 45;
const PROFILE_FAILING = 0.004;
/** The product's own deadline. */
const TIMEOUT_MS = 5_000;

/** One timed call of a payment gateway. */
export function operation(ms: number, dice: Chance, incident: Incident | null): DemoRecord {
  const gateway = dice.pick(GATEWAYS);
  const work = dice.weighted(P2P);
  const hit = incident?.kind === 'gateway' && incident.gateway === gateway ? severityAt(incident, ms) : 0;
  const { typicalMs, failing } = MANNERS[gateway];
  const call = callOf(work, typicalMs * (1 + 14 * hit), failing + 0.55 * hit, hit > 0, dice);
  return {
    ...recordOf(ms, 'payments', `p2p ${gateway} ${work.name}`, call, dice),
    attrs: {
      ...{ scope: 'p2p', gateway, operation: work.name, ...call },
      amount: dice.int(500, 40_000) / 100,
      currency: gateway === 'wise' || gateway === 'revolut' ? dice.pick(['EUR', 'GBP', 'USD']) : 'USD',
      attempt: call.outcome === 'failure' && dice.happens(0.4) ? 2 : 1,
    },
  };
}

/** One timed call for a customer's profile, which no gateway has a part in. */
export function profileOperation(ms: number, dice: Chance): DemoRecord {
  const work = dice.weighted(PROFILE);
  const call = callOf(work, PROFILE_TYPICAL_MS, PROFILE_FAILING, false, dice);
  return {
    ...recordOf(ms, 'profiles', `profile ${work.name}`, call, dice),
    attrs: { scope: 'profile', operation: work.name, ...call },
  };
}

type Call = {
  durationMs: number;
  outcome: 'success' | 'failure';
  status: number;
  reason?: string;
  /** A call that timed out has no answer. */
  bytes?: number;
};

function callOf(work: Work, typicalMs: number, failing: number, isDown: boolean, dice: Chance): Call {
  const wantedMs = dice.latencyMs(typicalMs * work.effort);
  if (wantedMs >= TIMEOUT_MS) return { durationMs: TIMEOUT_MS, outcome: 'failure', status: 504, reason: 'timeout' };
  if (!dice.happens(failing)) {
    const status = work.name === 'create' ? 201 : 200;
    return { durationMs: wantedMs, outcome: 'success', status, bytes: dice.latencyMs(work.bytes) };
  }
  const { status, reason } = dice.pick(isDown ? DOWN : DECLINED);
  return { durationMs: wantedMs, outcome: 'failure', status, reason, bytes: dice.int(90, 260) };
}

type Failures = readonly [Failure, ...Failure[]];
interface Failure {
  status: number;
  reason: string;
}
const DOWN: Failures = [
  { status: 503, reason: 'gateway_unavailable' },
  { status: 503, reason: 'gateway_unavailable' },
  { status: 502, reason: 'bad_gateway' },
  { status: 429, reason: 'rate_limited' },
];
const DECLINED: Failures = [
  { status: 402, reason: 'insufficient_funds' },
  { status: 402, reason: 'insufficient_funds' },
  { status: 403, reason: 'limit_reached' },
  { status: 404, reason: 'recipient_unknown' },
  { status: 409, reason: 'duplicate_request' },
];

function recordOf(
  ms: number,
  service: string,
  what: string,
  { outcome, durationMs, reason }: Call,
  dice: Chance,
): Omit<DemoRecord, 'attrs'> {
  const failed = outcome === 'failure';
  return {
    ts: ms,
    stream: 'operations',
    level: failed ? 'error' : durationMs > 2_000 ? 'warn' : 'info',
    service,
    type: 'operation',
    message: `${what} ${failed ? `failed after ${durationMs} ms: ${reason}` : `took ${durationMs} ms`}`,
    traceId: dice.hex(32),
  };
}
