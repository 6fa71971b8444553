import * as z from 'zod';
import { once } from '../shared/once.ts';
import { RULE_NAMES, type RuleName } from '../wire/fraud.ts';
import { THRESHOLDS } from './risk/settings.ts';

const wholeFrom = (least: number, most: number) => {
  const sentence = `must be a whole number from ${least} to ${most}, or null for the default`;
  return z.int(sentence).min(least, sentence).max(most, sentence).nullable().exactOptional();
};

function threshold(rule: RuleName) {
  const { min, max, whole, unit } = THRESHOLDS[rule];
  if (whole) return wholeFrom(min, max);
  const sentence = `must be a number from ${min} to ${max} (${unit}), or null for the default`;
  return z.number(sentence).min(min, sentence).max(max, sentence).nullable().exactOptional();
}

const rule = (name: RuleName) =>
  z
    .strictObject({
      enabled: z.boolean('must be true or false, or null for the default').nullable().exactOptional(),
      points: wholeFrom(0, 100),
      threshold: threshold(name),
    })
    .nullable()
    .exactOptional();

const rules = z.lazy(() =>
  z.strictObject(
    Object.fromEntries(RULE_NAMES.map((name) => [name, rule(name)])) as Record<RuleName, ReturnType<typeof rule>>,
  ),
);

const change = once(() => ({
  reviewAt: wholeFrom(0, 99),
  denyAt: wholeFrom(1, 100),
  rules: rules.exactOptional(),
}));

/** Of `PUT /api/fraud/rules`: what is to change, and the version that it was made from. */
export const changeSettingsSchema = z.lazy(() =>
  z.strictObject({
    version: z.int().min(0),
    ...change(),
  }),
);

/** Of a dry run. A version is taken and means nothing, so that what was read can be sent with changes. */
export const triedSettingsSchema = z.lazy(() =>
  z.strictObject({ version: z.int().min(0).exactOptional(), ...change() }),
);

/** That one is below the other is a matter of both, of which a change may name one. */
export const REVIEW_BELOW_DENY = { pointer: '/reviewAt', reason: 'must be less than denyAt' };
