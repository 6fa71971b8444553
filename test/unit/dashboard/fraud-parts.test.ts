import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeFace } from '../../../src/dashboard/pages/fraud/cookie-health.ts';
import { barStepMs, decisionBars, HOUR_MS } from '../../../src/dashboard/pages/fraud/decision-bars.ts';
import {
  type EventList,
  firstPage,
  newest,
  older,
  release,
  withVerdict,
} from '../../../src/dashboard/pages/fraud/event-list.ts';
import { factRows } from '../../../src/dashboard/pages/fraud/fact-rows.ts';
import { filterParams, filtersOf, isFiltered } from '../../../src/dashboard/pages/fraud/filters.ts';
import { otherRules } from '../../../src/dashboard/pages/fraud/other-rules.ts';
import { rangeWith } from '../../../src/dashboard/pages/fraud/range-with.ts';
import { CUT, reasonSteps } from '../../../src/dashboard/pages/fraud/reason-steps.ts';
import { type FraudEvent, RULE_NAMES, type RuleName, type Scored } from '../../../src/wire/fraud.ts';
import { QUIET_FACTS } from '../../helpers/fraud-facts.ts';

const event = (id: string, verdict: FraudEvent['verdict'] = null): FraudEvent => ({
  ...{
    id,
    atMs: 0,
    userId: 'user',
    sessionId: null,
    eventType: 'login',
    success: null,
    amountCents: null,
    gateway: null,
  },
  ...{ metadata: {}, deviceRef: null, addressRef: null, country: null, riskScore: 0, decision: 'allow' },
  ...{ reasons: [], rulesVersion: 1, facts: QUIET_FACTS, verdict },
});
const page = (ids: string, nextCursor: string | null = null) => ({
  items: [...ids].map((id) => event(id)),
  nextCursor,
});
const idsOf = (events: readonly FraudEvent[]) => events.map(({ id }) => id).join('');

describe('filters of the event stream', () => {
  it('are the same after they were written to the address and read from it', () => {
    const text = fc.string({ minLength: 1 }).map((value) => `x${value.trim()}`);
    const filters = fc.record({
      decision: fc.option(fc.constantFrom('allow', 'review', 'deny')),
      rule: fc.option(text),
      userId: fc.option(text),
      minScore: fc.option(fc.integer({ min: 1, max: 100 })),
    });
    fc.assert(
      fc.property(filters, (chosen) => {
        const params = new URLSearchParams();
        for (const [name, value] of Object.entries(filterParams(chosen))) if (value !== null) params.set(name, value);
        expect(filtersOf(new URLSearchParams(params.toString()))).toEqual(chosen);
      }),
    );
  });

  it('that mean nothing are no filters', () => {
    const filters = filtersOf(new URLSearchParams('decision=maybe&rule=%20&user=&min=-3'));
    expect(filters).toEqual({ decision: null, rule: null, userId: null, minScore: null });
    expect(isFiltered(filters)).toBe(false);
    expect(filtersOf(new URLSearchParams('min=999')).minScore).toBe(100);
  });
});

describe('the bars of a score', () => {
  const reason = (rule: RuleName, points: number) => ({ rule, points, detail: `${rule} was seen` });

  it('go on where the one before ended, and say what the cut took', () => {
    const { steps, highest } = reasonSteps(
      [reason('failure_burst', 80), reason('new_device', 40), reason('confirmed_legitimate', -5)],
      100,
    );
    expect(steps.map(({ rule, from, length }) => [rule, from, length])).toEqual([
      ['failure_burst', 0, 80],
      ['new_device', 80, 40],
      ['confirmed_legitimate', 115, 5],
      [CUT, 100, 15],
    ]);
    expect(highest).toBe(120);
    expect(steps.at(-1)?.detail).toBe('A score ends at 100');
  });

  it('add up to the score, whatever the reasons', () => {
    const points = fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 14 });
    fc.assert(
      fc.property(points, (all) => {
        const score = Math.min(
          100,
          Math.max(
            0,
            all.reduce((a, b) => a + b, 0),
          ),
        );
        const { steps, lowest, highest } = reasonSteps(
          all.map((each, i) => reason(RULE_NAMES[i] ?? 'new_device', each)),
          score,
        );
        expect(steps.reduce((sum, step) => sum + step.points, 0)).toBe(score);
        for (const { from, length } of steps) {
          expect(from).toBeGreaterThanOrEqual(lowest);
          expect(from + length).toBeLessThanOrEqual(highest);
        }
      }),
    );
  });
});

describe('the list of events', () => {
  const list = (ids: string, cursor: string | null = null): EventList => firstPage(page(ids, cursor));

  it('takes what is new on top, once', () => {
    const next = newest(list('cba'), page('edcba'), false);
    expect(idsOf(next.rows)).toBe('edcba');
    expect(next.held).toEqual([]);
  });

  it('holds what is new while somebody reads, and shows it after', () => {
    const once = newest(list('ba'), page('cba'), true);
    const twice = newest(once, page('dcba'), true);
    expect([idsOf(twice.rows), idsOf(twice.held)]).toEqual(['ba', 'dc']);
    expect(idsOf(release(twice).rows)).toBe('dcba');
  });

  it('begins anew where more came than a page holds, so that no gap looks like a whole', () => {
    const next = newest(list('ba'), page('zyx', 'older'), false);
    expect([idsOf(next.rows), next.cursor]).toEqual(['zyx', 'older']);
    const held = newest(list('ba'), page('zyx', 'older'), true);
    expect([idsOf(held.rows), idsOf(held.held)]).toEqual(['ba', 'zyx']);
    const shown = release(held);
    expect([idsOf(shown.rows), shown.cursor, shown.instead]).toEqual(['zyx', 'older', null]);
  });

  it('goes on with what is older, and takes verdicts over from another reviewer', () => {
    expect(idsOf(older(list('dc', 'c'), page('cba')).rows)).toBe('dcba');
    const decided = newest(list('ba'), { items: [event('b', 'fraud'), event('a')], nextCursor: null }, false);
    expect(decided.rows[0]?.verdict).toBe('fraud');
    expect(withVerdict(decided, 'a', 'legitimate').rows[1]?.verdict).toBe('legitimate');
  });
});

describe('what was known of an event', () => {
  it('is told in words, and what nothing is known of is left out', () => {
    const counted = (events: number, failures = 0) => ({ events, failures });
    const rows = factRows({
      amountCents: 12_345,
      facts: {
        user: {
          lastMinute: counted(1),
          last10Minutes: counted(9, 4),
          lastHour: counted(9, 4),
          lastDay: counted(20, 4),
        },
        userAgeMs: 0,
        deviceOfUser: { sinceMs: 0, otherDevices: 2 },
        otherUsersOnDevice: 0,
        travel: { km: 5_570.4, elapsedMs: 3_600_000 },
        amounts: null,
        sharedReferences: { accounts: 3, types: ['phone'] },
        confirmedFraud: { user: false, device: true, linkedAccounts: 1 },
        confirmedLegitimate: { user: false, device: false },
        cookies: {
          session: 'revoked',
          device: 'known',
          deviceMismatch: true,
          duplicated: false,
          browserChanged: false,
        },
      },
    });
    expect(Object.fromEntries(rows.map(({ label, value }) => [label, value.replaceAll('\u00a0', ' ')]))).toEqual({
      'Account known': 'Since this event',
      Device: 'First seen with this event, 2 other devices',
      'Other accounts on the device': 'None',
      'Events of the user': '1 in 1 min, 9 in 10 min (4 failed), 9 in 1 h (4 failed), 20 in 1 d (4 failed)',
      'Distance to the last event': '5,570 km in 1 h',
      Amount: '123.45',
      'Accounts with the same reference': '3 accounts by phone',
      'Confirmed as fraud': 'this device, 1 linked account',
      'Fraud cookies': 'A session that was revoked, a known device, not the device of the session',
    });
  });
});

describe('the pulse', () => {
  it('of a size is green below 2 KB, yellow to 4 KB, red above', () => {
    expect([0, 2_047, 2_048, 4_096, 4_097].map((size) => sizeFace(size).tone)).toEqual([
      'ok',
      'ok',
      'warn',
      'warn',
      'bad',
    ]);
  });
});

describe('the bars of decisions', () => {
  const allowed = (hour: number, allow: number) => ({ atMs: hour * HOUR_MS, allow, review: 1, deny: 0 });

  it('are one for each hour of the time, also where nothing was decided', () => {
    const fromMs = 100 * HOUR_MS + 5;
    const bars = decisionBars([allowed(101, 3)], { fromMs, toMs: 103 * HOUR_MS }, HOUR_MS, 0);
    expect(bars.map(({ ts, counts }) => [ts / HOUR_MS, counts.allow])).toEqual([
      [100, 0],
      [101, 3],
      [102, 0],
    ]);
  });

  it.each([
    ['15 minutes', 0.25, 1, 1],
    ['a day', 24, 1, 1],
    ['3 days', 72, 1, 3],
    ['7 days', 168, 3, 6],
    ['14 days', 336, 6, 24],
    ['30 days', 720, 24, 24],
    ['90 days', 2_160, 48, 168],
    ['10 years', 87_600, 1_168, 2_190],
  ])('of %s are wide enough to be told apart, also on a phone', (_, spanHours, stepHours, phoneStepHours) => {
    const span = { fromMs: 1_000, toMs: 1_000 + spanHours * HOUR_MS };
    const steps = [barStepMs(span, false), barStepMs(span, true)];
    expect(steps.map((step) => step / HOUR_MS)).toEqual([stepHours, phoneStepHours]);
    const bars = steps.map((step) => decisionBars([], span, step, 0).length);
    expect(bars[0]).toBeLessThanOrEqual(76);
    expect(bars[1]).toBeLessThanOrEqual(41);
  });

  it('of several hours have the sum of them, and begin at local midnight', () => {
    const span = { fromMs: 24 * HOUR_MS, toMs: 72 * HOUR_MS };
    const hours = [allowed(33, 1), allowed(34, 10), allowed(57, 100), allowed(58, 1_000)];
    const inIndia = decisionBars(hours, span, 24 * HOUR_MS, 5.5 * HOUR_MS);
    expect(inIndia.map(({ ts, counts }) => [ts / HOUR_MS, counts])).toEqual([
      [19, { allow: 11, review: 2, deny: 0 }],
      [43, { allow: 1_100, review: 2, deny: 0 }],
      [67, { allow: 0, review: 0, deny: 0 }],
    ]);
    const west = decisionBars(hours, span, 24 * HOUR_MS, -10 * HOUR_MS);
    expect(west.map(({ ts, counts }) => [ts / HOUR_MS, counts.allow])).toEqual([
      [10, 1],
      [34, 110],
      [58, 1_000],
    ]);
  });
});

describe('where there is an event', () => {
  const DAY_MS = 24 * HOUR_MS;
  const nowMs = 1_000 * DAY_MS;

  it('is the shortest range up to now that has it, or the day around one that none reaches', () => {
    expect(rangeWith(nowMs - 5 * HOUR_MS, nowMs)).toEqual({
      range: { kind: 'preset', id: '6h' },
      words: 'the last 6 hours',
    });
    const longAgo = nowMs - 30 * DAY_MS;
    expect(rangeWith(longAgo, nowMs)).toEqual({
      range: { kind: 'fixed', fromMs: longAgo - DAY_MS / 2, toMs: longAgo + DAY_MS / 2 },
      words: 'the day around it',
    });
  });
});

describe('an example of a dry run', () => {
  const scored = (points: Partial<Record<RuleName, number>>): Scored => ({
    ...{ riskScore: 0, decision: 'allow' },
    reasons: RULE_NAMES.flatMap((rule) => {
      const of = points[rule];
      return of === undefined ? [] : [{ rule, points: of, detail: '' }];
    }),
  });

  it('names the rules that moved its score, and not those that stayed', () => {
    const before = scored({ failure_burst: 35, user_velocity: 25, new_device: 15 });
    const after = scored({ failure_burst: 10, user_velocity: 25, device_shared: 30 });
    expect(otherRules({ before, after })).toEqual([
      { rule: 'device_shared', by: 30 },
      { rule: 'failure_burst', by: -25 },
      { rule: 'new_device', by: -15 },
    ]);
    expect(otherRules({ before, after: before })).toEqual([]);
  });
});
