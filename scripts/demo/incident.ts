import { chance } from './random.ts';

export const GATEWAYS = ['venmo', 'cashapp', 'paypal', 'zelle', 'wise', 'revolut'] as const;
export type Gateway = (typeof GATEWAYS)[number];

/** Something is wrong for a minute or two; the records of that time tell what, where and since when. */
export type Incident =
  | { kind: 'gateway'; gateway: Gateway; startMs: number; endMs: number }
  | { kind: 'logins'; network: string; startMs: number; endMs: number };

/** One incident in each stretch of nine minutes: often enough to see one, rare enough that quiet is the rule. */
const STRETCH_MS = 9 * 60_000;

/** The incident of this moment, a function of the time alone. */
export function incidentAt(ms: number): Incident | null {
  const stretch = Math.floor(ms / STRETCH_MS);
  const dice = chance(stretch);
  const startMs = stretch * STRETCH_MS + dice.int(90, 360) * 1_000;
  const endMs = startMs + dice.int(60, 100) * 1_000;
  if (ms < startMs || ms >= endMs) return null;
  if (dice.happens(0.3)) return { kind: 'logins', network: `203.0.113.${dice.int(1, 254)}`, startMs, endMs };
  return { kind: 'gateway', gateway: dice.pick(GATEWAYS), startMs, endMs };
}

/** From 0 to 1: how bad it is by now. Trouble builds up over 15 s and ebbs away over the last 10. */
export function severityAt(incident: Incident, ms: number): number {
  return Math.max(0, Math.min(1, (ms - incident.startMs) / 15_000, (incident.endMs - ms) / 10_000));
}
