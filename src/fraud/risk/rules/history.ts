import type { Velocity } from '../../../wire/fraud.ts';
import { MAX_COUNTED } from '../facts.ts';
import { amountText, counted, grouped } from '../numbers.ts';
import type { Rule } from '../types.ts';

/** Fewer amounts say too little of what is usual: with five the standard error of the mean is still 45 % of the deviation. */
const LEAST_AMOUNTS = 5;
/** Of ln(amount): who always pays the same has no deviation at all, and a quarter more is not unusual for it. */
const LEAST_DEVIATION = 0.25;

/**
 * An amount that is large against the user's own. Amounts are spread log-normally, so that their logarithms are compared. Threshold: standard
 * deviations above the mean; 1 to 10. Default 3: one in 740 of a normal distribution. Only above the largest amount so far, and only for users with
 * LEAST_AMOUNTS successful amounts. An event without an amount says nothing.
 */
export const amountUnusual: Rule = ({ amountCents, amounts }, { points, threshold }) => {
  if (amountCents === null || amounts === null || amounts.count < LEAST_AMOUNTS) return null;
  if (amountCents <= amounts.maxCents) return null;
  const deviations = (Math.log(amountCents + 1) - amounts.meanLog) / Math.max(amounts.sdLog, LEAST_DEVIATION);
  if (deviations <= threshold) return null;
  const usual = amountText(Math.exp(amounts.meanLog) - 1);
  return {
    points,
    detail: `An amount of ${amountText(amountCents)}; of ${grouped(amounts.count)} before, ${usual} is usual and ${amountText(amounts.maxCents)} the most`,
  };
};

/** An address is shared by many (see address_velocity). */
const ADDRESS_FACTOR = 4;

/**
 * Refused sign-ins or payments in a row: guessed passwords, tested cards. Threshold: failures of the user or device within 10 minutes, this event
 * among them, from which on it counts; of an address four times as many; 2 to 100, whole. Default 5: half of the ten after which PCI DSS 4.0 (8.3.4)
 * wants an account locked.
 */
export const failureBurst: Rule = (facts, { points, threshold }) => {
  const own = facts.success === false ? 1 : 0;
  const of = (velocity: Velocity | null) => (velocity === null ? 0 : velocity.last10Minutes.failures + own);
  const found = [
    { failures: of(facts.user), from: threshold, whose: 'of this user' },
    { failures: of(facts.device), from: threshold, whose: 'from this device' },
    { failures: of(facts.address), from: threshold * ADDRESS_FACTOR, whose: 'from this address' },
  ]
    .filter(({ failures, from }) => failures >= from)
    .sort((a, b) => b.failures / b.from - a.failures / a.from)[0];
  if (found === undefined) return null;
  const many =
    found.failures > MAX_COUNTED ? `More than ${MAX_COUNTED} failures` : counted(found.failures, 'failure', 'failures');
  return { points, detail: `${many} ${found.whose} in 10 minutes; from ${found.from} on it counts` };
};
