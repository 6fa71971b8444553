import { incidentAt, severityAt } from './incident.ts';
import { authentication, security, system, transaction, wager } from './logs.ts';
import { operation, profileOperation } from './operations.ts';
import { type Chance, chance } from './random.ts';
import type { DemoRecord } from './record.ts';
import { pageView } from './shop.ts';

/** Records of an ordinary second, before waves and bursts. */
const TYPICAL_PER_SECOND = 20;
/** Pages that the shop's visitors see in an ordinary second; each of them is five records or so. */
const VIEWS_PER_SECOND = 0.9;
/** Traffic breathes by a quarter over these ten minutes, so that a chart of an hour has a shape. */
const WAVE_MS = 10 * 60_000;

/** All records of the second that starts at `secondMs`, in the order of their time: a function of the time alone. */
export function recordsOfSecond(secondMs: number): DemoRecord[] {
  const dice = chance(secondMs / 1_000);
  const incident = incidentAt(secondMs);
  const wave = 1 + 0.25 * Math.sin((2 * Math.PI * secondMs) / WAVE_MS);
  const burst = dice.happens(0.03) ? 3 : 1;
  const trouble = incident ? 1 + 0.6 * severityAt(incident, secondMs) : 1;
  const count = Math.round(TYPICAL_PER_SECOND * wave * burst * trouble * (0.7 + 0.6 * dice.next()));
  const times = Array.from({ length: count }, () => secondMs + dice.int(0, 999)).sort((a, b) => a - b);
  const records = times.map((ms) => recordAt(ms, dice));
  const views = Math.floor(VIEWS_PER_SECOND * wave * burst + dice.next());
  for (let view = 0; view < views; view++) records.push(...pageView(secondMs + dice.int(0, 999), dice, incident));
  return records.sort((a, b) => a.ts - b.ts);
}

function recordAt(ms: number, dice: Chance): DemoRecord {
  const incident = incidentAt(ms);
  // An attack on the sign-in is mostly sign-ins.
  if (incident?.kind === 'logins' && dice.happens(0.45 * severityAt(incident, ms)))
    return authentication(ms, dice, incident);
  const share = dice.next();
  if (share < 0.29) return operation(ms, dice, incident);
  if (share < 0.34) return profileOperation(ms, dice);
  if (share < 0.56) return transaction(ms, dice, incident);
  if (share < 0.74) return wager(ms, dice);
  if (share < 0.86) return authentication(ms, dice, incident);
  if (share < 0.91) return security(ms, dice, incident);
  return system(ms, dice, incident);
}
