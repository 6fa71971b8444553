import type { RuleSetting, Velocity } from '../../../wire/fraud.ts';
import { MAX_COUNTED } from '../facts.ts';
import { grouped } from '../numbers.ts';
import type { Rule } from '../types.ts';

/**
 * The threshold is of 10 minutes. Whoever acts, acts in bursts, so a shorter time allows more in proportion and a longer one less: half of it in
 * a minute, three times in an hour, ten times in a day. (At an even rate it would be a tenth, six times and 144 times.)
 */
const WINDOWS: readonly { of: keyof Velocity; text: string; share: number }[] = [
  { of: 'lastMinute', text: 'a minute', share: 0.5 },
  { of: 'last10Minutes', text: '10 minutes', share: 1 },
  { of: 'lastHour', text: 'an hour', share: 3 },
  { of: 'lastDay', text: 'a day', share: 10 },
];

/**
 * More events of one user than usual. Threshold: events in 10 minutes that are usual at most, this one among them; 1 to 400, whole; see WINDOWS
 * for the other times. Default 8: a sign-in, a look around and a handful of payments or bets; somebody who tests cards or passwords makes dozens.
 */
export const userVelocity: Rule = (facts, setting) => tooMany(facts.user, 'of this user', setting);

/**
 * More events from one device than usual, whoever they name. Threshold as of `user_velocity`. Default 12: half as much again, because a household
 * may share a device. Holds for no event without a device.
 */
export const deviceVelocity: Rule = (facts, setting) => tooMany(facts.device, 'from this device', setting);

/**
 * More events from one address than usual. Threshold as of `user_velocity`. Default 40: five users at once, because an office, a campus or a
 * carrier's NAT (RFC 6598) has one address for many; raise it where customers come from few networks. Holds for no event without an address.
 */
export const addressVelocity: Rule = (facts, setting) => tooMany(facts.address, 'from this address', setting);

/** Tells of the time whose limit is exceeded most; of equals the shortest. */
function tooMany(velocity: Velocity | null, whose: string, { points, threshold }: RuleSetting) {
  if (velocity === null) return null;
  let worst: { events: number; limit: number; text: string } | null = null;
  for (const { of, text, share } of WINDOWS) {
    const events = velocity[of].events + 1;
    const limit = Math.ceil(threshold * share);
    // Counts stop at MAX_COUNTED: whether a higher limit is passed cannot be told.
    if (events <= limit || limit >= MAX_COUNTED) continue;
    if (worst === null || events / limit > worst.events / worst.limit) worst = { events, limit, text };
  }
  if (worst === null) return null;
  const many = worst.events > MAX_COUNTED ? `More than ${MAX_COUNTED}` : grouped(worst.events);
  const usual = worst.limit === 1 ? '1 is usual' : `${grouped(worst.limit)} are usual at most`;
  return { points, detail: `${many} events ${whose} in ${worst.text}; ${usual}` };
}
