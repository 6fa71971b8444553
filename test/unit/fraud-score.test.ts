import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WEAK_RULES } from '../../src/fraud/risk/rules.ts';
import { decisionOf, scoreOf } from '../../src/fraud/risk/score.ts';
import { completeSettings, DEFAULT_SETTINGS, THRESHOLDS } from '../../src/fraud/risk/settings.ts';
import { type RiskSettings, RULE_NAMES, type RuleName } from '../../src/wire/fraud.ts';
import { anyFacts, anySettings, BARE_FACTS, QUIET_COOKIES, QUIET_FACTS } from '../helpers/fraud-facts.ts';

const withRule = (settings: RiskSettings, rule: RuleName, change: object): RiskSettings => ({
  ...settings,
  rules: { ...settings.rules, [rule]: { ...settings.rules[rule], ...change } },
});

describe('a score', () => {
  it('is a whole number from 0 to 100, with a decision that its thresholds give', () => {
    fc.assert(
      fc.property(anyFacts, anySettings, (facts, settings) => {
        const { riskScore, decision, rulesVersion } = scoreOf(facts, settings);
        expect(Number.isInteger(riskScore) && riskScore >= 0 && riskScore <= 100).toBe(true);
        expect(decision).toBe(decisionOf(riskScore, settings));
        expect(rulesVersion).toBe(settings.version);
      }),
    );
  });

  it('is explained by its reasons', () => {
    fc.assert(
      fc.property(anyFacts, anySettings, (facts, settings) => {
        const { riskScore, reasons } = scoreOf(facts, settings);
        const sum = reasons.reduce((total, { points }) => total + points, 0);
        expect(riskScore).toBe(Math.min(100, Math.max(0, sum)));
        expect(reasons.every(({ detail }) => detail.length > 0 && detail.length < 500)).toBe(true);
      }),
    );
  });

  it('is the same for the same facts, after a way through JSON too', () => {
    fc.assert(
      fc.property(anyFacts, anySettings, (facts, settings) => {
        expect(scoreOf(JSON.parse(JSON.stringify(facts)), JSON.parse(JSON.stringify(settings)))).toEqual(
          scoreOf(facts, settings),
        );
      }),
    );
  });

  it('never falls when a rule gets more points, and never grows when confirmed_legitimate does', () => {
    fc.assert(
      fc.property(
        anyFacts,
        anySettings,
        fc.constantFrom(...RULE_NAMES),
        fc.integer({ min: 0, max: 100 }),
        (facts, settings, rule, more) => {
          const points = Math.min(100, settings.rules[rule].points + more);
          const before = scoreOf(facts, settings).riskScore;
          const after = scoreOf(facts, withRule(settings, rule, { points })).riskScore;
          if (rule === 'confirmed_legitimate') expect(after).toBeLessThanOrEqual(before);
          else expect(after).toBeGreaterThanOrEqual(before);
        },
      ),
    );
  });

  it('has no reason of a rule that is switched off, and each rule once', () => {
    fc.assert(
      fc.property(anyFacts, anySettings, (facts, settings) => {
        const rules = scoreOf(facts, settings).reasons.map(({ rule }) => rule);
        expect(rules.every((rule) => settings.rules[rule].enabled)).toBe(true);
        expect(new Set(rules).size).toBe(rules.length);
      }),
    );
  });

  it('has the reasons with the most points first, and of equal points in the order of the rules', () => {
    fc.assert(
      fc.property(anyFacts, anySettings, (facts, settings) => {
        const { reasons } = scoreOf(facts, settings);
        reasons.slice(1).forEach((reason, i) => {
          const before = reasons[i];
          if (before === undefined) return;
          const inOrder =
            before.points > reason.points ||
            (before.points === reason.points && RULE_NAMES.indexOf(before.rule) < RULE_NAMES.indexOf(reason.rule));
          expect(inOrder).toBe(true);
        });
      }),
    );
  });

  it('denies nobody for a country or a fingerprint, alone or together, whatever the settings', () => {
    const weak = fc.record({
      browserChanged: fc.boolean(),
      elapsedMs: fc.integer({ min: 0, max: 86_400_000 }),
      others: fc.integer({ min: 0, max: 200 }),
    });
    fc.assert(
      fc.property(weak, anySettings, ({ browserChanged, elapsedMs, others }, settings) => {
        // A device may be what the customer takes a fingerprint for.
        const facts = {
          ...BARE_FACTS,
          deviceOfUser: { sinceMs: 0, otherDevices: 1 },
          otherUsersOnDevice: others,
          sharedReferences: { accounts: others, types: ['device'] },
          countryChange: { from: 'DE', to: 'BR', elapsedMs },
          cookies: { ...QUIET_COOKIES, browserChanged },
        };
        expect(scoreOf(facts, settings).decision).not.toBe('deny');
      }),
    );
  });

  it('never denies without a strong rule among its reasons', () => {
    fc.assert(
      fc.property(anyFacts, anySettings, (facts, settings) => {
        const { decision, reasons } = scoreOf(facts, settings);
        if (decision !== 'deny') return;
        expect(reasons.some(({ rule, points }) => !WEAK_RULES.has(rule) && points > 0)).toBe(true);
      }),
    );
  });

  it('says where weak signals were cut', () => {
    const settings = withRule(withRule(DEFAULT_SETTINGS, 'country_change', { points: 60 }), 'browser_changed', {
      points: 50,
    });
    const facts = {
      ...QUIET_FACTS,
      countryChange: { from: 'DE', to: 'BR', elapsedMs: 7_200_000 },
      cookies: { ...QUIET_COOKIES, browserChanged: true },
    };
    expect(scoreOf(facts, settings)).toEqual({
      riskScore: 74,
      decision: 'review',
      rulesVersion: 0,
      reasons: [
        { rule: 'country_change', points: 60, detail: 'From DE to BR in 2 hours; within 24 hours it counts' },
        {
          rule: 'browser_changed',
          points: 14,
          detail:
            'The browser or operating system is another one than the session was opened with; weak signals end below the score that denies',
        },
      ],
    });
  });

  it('is not lowered by a confirmed user where fraud is confirmed', () => {
    fc.assert(
      fc.property(anyFacts, anySettings, (facts, settings) => {
        if (!facts.confirmedFraud.user && !facts.confirmedFraud.device && facts.confirmedFraud.linkedAccounts === 0)
          return;
        expect(scoreOf(facts, settings).reasons.some(({ points }) => points < 0)).toBe(false);
      }),
    );
  });

  it.each([
    [39, 'allow'],
    [40, 'review'],
    [74, 'review'],
    [75, 'deny'],
  ] as const)('of %i means %s by default', (riskScore, decision) => {
    expect(decisionOf(riskScore, DEFAULT_SETTINGS)).toBe(decision);
  });
});

describe('the default settings', () => {
  it('are within the bounds of every threshold', () => {
    for (const rule of RULE_NAMES) {
      const { min, max, whole } = THRESHOLDS[rule];
      const { threshold } = DEFAULT_SETTINGS.rules[rule];
      expect(threshold >= min && threshold <= max && (!whole || Number.isInteger(threshold))).toBe(true);
    }
  });

  it('refuse nobody for one rule, but for a verdict on the very user or device', () => {
    for (const rule of RULE_NAMES) {
      const alone = DEFAULT_SETTINGS.rules[rule].points;
      if (rule === 'confirmed_fraud') expect(alone).toBeGreaterThanOrEqual(DEFAULT_SETTINGS.denyAt);
      else expect(alone).toBeLessThan(DEFAULT_SETTINGS.denyAt);
    }
  });

  it('stand in for rules that stored settings do not know yet', () => {
    const { user_velocity } = DEFAULT_SETTINGS.rules;
    const stored = { version: 3, reviewAt: 30, denyAt: 60, rules: { user_velocity: { ...user_velocity, points: 5 } } };
    const settings = completeSettings(stored);
    expect(settings.rules).toEqual({ ...DEFAULT_SETTINGS.rules, user_velocity: { ...user_velocity, points: 5 } });
    expect([settings.version, settings.reviewAt, settings.denyAt]).toEqual([3, 30, 60]);
  });
});
