import { describe, expect, it } from 'vitest';
import { type GroupState, type Notice, quietOf, redirect, retire } from '../../src/alerts/state/index.ts';
import { MAX_GROUPS } from '../../src/wire/alerts.ts';
import { COUNT_ERRORS, ruleOf, silenceOf } from '../helpers/alert-rules.ts';
import { AlertRun } from '../helpers/alert-run.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const byService = { ...COUNT_ERRORS, groupBy: 'service' };

describe('from inactive to firing', () => {
  it.each([
    ['above its threshold a rule fires at once', 11, ['firing']],
    ['at its threshold it does not', 10, []],
    ['below it does not', 9, []],
  ])('%s', (_, value, phases) => {
    const run = new AlertRun(ruleOf());
    run.at(0, value);
    expect(run.phases).toEqual(phases);
  });

  it('a rule with forSeconds pends, and fires at the first evaluation after them', () => {
    const run = new AlertRun(ruleOf({ forSeconds: 120 }));
    expect(run.at(0, 11).dueAtMs).toBe(2 * MINUTE);
    expect(run.phases).toEqual(['pending']);
    run.at(119 * SECOND, 12);
    expect(run.phases).toEqual(['pending']);
    run.at(121 * SECOND, 13);
    expect(run.groups).toMatchObject([{ phase: 'firing', pendingSinceMs: 0, firedAtMs: 121 * SECOND, value: 13 }]);
    expect(run.lines).toEqual(['121: alert.firing frg_1']);
  });

  it('what pends and does not hold once has never been, and the next is another one', () => {
    const run = new AlertRun(ruleOf({ forSeconds: 120 }));
    run.at(0, 11);
    expect(run.at(60 * SECOND, 5).dropped).toEqual(['frg_1']);
    expect(run.groups).toEqual([]);
    run.at(70 * SECOND, 11);
    run.at(191 * SECOND, 11);
    expect(run.lines).toEqual(['191: alert.firing frg_2']);
  });

  it('below is less than the threshold, and silence is less than one', () => {
    const below = new AlertRun(ruleOf({ condition: { ...COUNT_ERRORS, comparison: 'below', threshold: 2 } }));
    below.at(0, 2);
    expect(below.phases).toEqual([]);
    below.at(MINUTE, 1);
    expect(below.phases).toEqual(['firing']);
    const silence = new AlertRun(ruleOf({ condition: { kind: 'silence', stream: 'logs', query: '' } }));
    silence.at(0, 1);
    expect(silence.phases).toEqual([]);
    silence.at(MINUTE, 0);
    expect(silence.phases).toEqual(['firing']);
  });

  it('an hour is an anomaly at the very score that src/anomalies calls one', () => {
    const anomaly = { kind: 'anomaly', stream: 'vitals', name: 'LCP', stat: 'p75', by: null } as const;
    const run = new AlertRun(ruleOf({ condition: anomaly }));
    run.at(0, { values: [{ group: '', value: 4, note: 'p75 of LCP was 4.1 s' }], rest: 'zero' });
    expect(run.groups).toMatchObject([{ phase: 'firing', note: 'p75 of LCP was 4.1 s' }]);
  });
});

describe('a value that is not known', () => {
  it.each([
    ['keeps what pends', 120, ['pending']],
    ['keeps what fires', 0, ['firing']],
  ])('%s', (_, forSeconds, phases) => {
    const run = new AlertRun(ruleOf({ forSeconds }));
    run.at(0, 11);
    run.at(10 * MINUTE, { '': null });
    run.at(20 * MINUTE, null);
    expect(run.phases).toEqual(phases);
    expect(run.lines.length).toBe(forSeconds === 0 ? 1 : 0);
  });

  it('begins nothing', () => {
    const run = new AlertRun(ruleOf());
    run.at(0, { '': null });
    expect(run.groups).toEqual([]);
  });

  it('ends nothing by itself: a grace that began waits for the next value', () => {
    const run = new AlertRun(ruleOf());
    run.at(0, 11);
    run.at(MINUTE, 0);
    run.at(5 * MINUTE, null);
    expect(run.phases).toEqual(['firing']);
    run.at(6 * MINUTE, 0);
    expect(run.lines).toEqual(['0: alert.firing frg_1', '360: alert.resolved frg_1']);
  });
});

describe('from firing to resolved', () => {
  it('ends once the condition has not held for a minute, and not before', () => {
    const run = new AlertRun(ruleOf());
    run.at(0, 11);
    expect(run.at(10 * SECOND, 10).dueAtMs).toBe(70 * SECOND);
    run.at(69 * SECOND, 0);
    expect(run.phases).toEqual(['firing']);
    const { ended } = run.at(70 * SECOND, 0);
    expect(ended).toMatchObject([{ phase: 'resolved', resolvedAtMs: 70 * SECOND, value: 11, notices: 2 }]);
    expect(run.groups).toEqual([]);
  });

  it('a value that swings around the threshold is one firing, told twice', () => {
    const run = new AlertRun(ruleOf());
    for (let second = 0; second < 600; second += 20) run.at(second * SECOND, second % 40 === 0 ? 11 : 9);
    run.at(700 * SECOND, 0);
    run.at(760 * SECOND, 0);
    expect(run.lines).toEqual(['0: alert.firing frg_1', '700: alert.resolved frg_1']);
  });

  it('tells no end where the rule does not want it', () => {
    const run = new AlertRun(ruleOf({ notifyResolved: false }));
    run.at(0, 11);
    run.at(MINUTE, 0);
    run.at(2 * MINUTE, 0);
    expect(run.ended).toMatchObject([{ phase: 'resolved' }]);
    expect(run.lines).toEqual(['0: alert.firing frg_1']);
  });

  it('tells no end of what was never told to begin', () => {
    const run = new AlertRun(ruleOf({ groupWaitSeconds: 600 }));
    run.at(0, 11);
    run.at(MINUTE, 0);
    run.at(2 * MINUTE, 0);
    expect(run.ended).toMatchObject([{ phase: 'resolved', notices: 0 }]);
    expect(run.told).toEqual([]);
  });

  it('a rule that is switched off ends what fires, and forgets what pends', () => {
    const run = new AlertRun(ruleOf({ condition: byService }));
    run.at(0, { a: 11 });
    run.rule = ruleOf({ condition: byService, forSeconds: 60 });
    run.at(SECOND, { a: 11, b: 11 });
    expect(run.phases).toEqual(['a firing', 'b pending']);
    run.rule = { ...run.rule, enabled: false };
    expect(run.at(2 * SECOND, null).dropped).toEqual(['frg_2']);
    expect(run.lines).toEqual(['0: alert.firing frg_1', '2: alert.resolved frg_1']);
  });

  it('a rule that is deleted is told to have ended, whatever is silenced or muted then', () => {
    const always = [{ days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, toMinute: 0, timeZone: 'UTC' }];
    const run = new AlertRun(ruleOf());
    run.at(0, 11);
    const { ended, notices } = retire(ruleOf({ muteWindows: always }), run.groups, MINUTE);
    expect(ended).toMatchObject([{ phase: 'resolved', resolvedAtMs: MINUTE }]);
    expect(notices.map(({ type }) => type)).toEqual(['alert.resolved']);
  });
});

describe('groups', () => {
  it('have an id each, and keep it through all their notices', () => {
    const run = new AlertRun(ruleOf({ condition: byService, repeatSeconds: 3_600 }));
    run.at(0, { a: 11 });
    run.at(MINUTE, { a: 11, b: 12 });
    run.at(61 * MINUTE, { a: 11, b: 12 });
    run.at(62 * MINUTE, { b: 12 });
    run.at(63 * MINUTE, { b: 12 });
    expect(run.lines).toEqual([
      '0: alert.firing frg_1',
      '60: alert.firing frg_2',
      '3660: alert.repeated frg_1 frg_2',
      '3780: alert.resolved frg_1',
    ]);
  });

  it('of one wait are told in one notice', () => {
    const run = new AlertRun(ruleOf({ condition: byService, groupWaitSeconds: 30 }));
    expect(run.at(0, { a: 11 }).dueAtMs).toBe(30 * SECOND);
    run.at(20 * SECOND, { a: 11, b: 11 });
    run.at(30 * SECOND, null);
    run.at(40 * SECOND, { a: 11, b: 11, c: 11 });
    run.at(70 * SECOND, null);
    expect(run.lines).toEqual(['30: alert.firing frg_1 frg_2', '70: alert.firing frg_3']);
  });

  it('that are not named have nothing, where zero is what is said of the rest', () => {
    const run = new AlertRun(ruleOf({ condition: { ...byService, comparison: 'below', threshold: 5 } }));
    run.at(0, { a: 1 });
    run.at(MINUTE, {});
    expect(run.phases).toEqual(['a firing']);
  });

  it('that were not looked at stay as they are', () => {
    const run = new AlertRun(ruleOf({ condition: byService }));
    run.at(0, { a: 11, b: 11 });
    run.at(HOUR, { values: [{ group: 'b', value: 30 }], rest: 'unseen' });
    expect(run.groups.map(({ value }) => value)).toEqual([11, 30]);
    expect(run.phases).toEqual(['a firing', 'b firing']);
  });

  it('that left no trace for a day are over', () => {
    const run = new AlertRun(ruleOf({ condition: byService }));
    run.at(0, { a: 11 });
    run.at(MINUTE, { values: [], rest: 'gone' });
    run.at(24 * HOUR, { values: [], rest: 'gone' });
    expect(run.phases).toEqual(['a firing']);
    run.at(24 * HOUR + MINUTE, { values: [], rest: 'gone' });
    expect(run.phases).toEqual([]);
    expect(run.lines.at(-1)).toBe('86460: alert.resolved frg_1');
  });

  it('that are too many are one, which has the worst of their values and ends with them', () => {
    const run = new AlertRun(ruleOf({ condition: byService }));
    const many = Object.fromEntries(Array.from({ length: MAX_GROUPS + 20 }, (_, index) => [`s${index}`, 100 + index]));
    run.at(0, many);
    expect(run.groups).toHaveLength(MAX_GROUPS);
    expect(run.groups.at(-1)).toMatchObject({ group: '(other)', value: 120 });
    expect(run.groups.map(({ group }) => group)).toContain(`s${MAX_GROUPS + 19}`);
    run.at(MINUTE, { s119: 100 });
    run.at(2 * MINUTE, { s119: 100 });
    expect(run.phases).toEqual(['s119 firing']);
  });
});

describe('repeats', () => {
  it('come so often while it fires, counted from the last notice', () => {
    const run = new AlertRun(ruleOf({ repeatSeconds: 600 }));
    for (let minute = 0; minute <= 25; minute++) run.at(minute * MINUTE, 11);
    expect(run.lines).toEqual(['0: alert.firing frg_1', '600: alert.repeated frg_1', '1200: alert.repeated frg_1']);
  });

  it('are none of what does not hold any more and is not over yet', () => {
    const run = new AlertRun(ruleOf({ repeatSeconds: 600 }));
    run.at(0, 11);
    run.at(599 * SECOND, 5);
    run.at(610 * SECOND, 5);
    expect(run.phases).toEqual(['firing']);
    run.at(620 * SECOND, 11);
    expect(run.lines).toEqual(['0: alert.firing frg_1', '620: alert.repeated frg_1']);
  });

  it('end with an acknowledgement; what ends is told all the same', () => {
    const run = new AlertRun(ruleOf({ repeatSeconds: 600 }));
    run.at(0, 11);
    const acknowledged = { by: 'usr_1', byName: 'Ada', atMs: MINUTE, note: null };
    run.groups = run.groups.map((state): GroupState => ({ ...state, acknowledged }));
    const context = { rule: run.rule, silences: [], nowMs: MINUTE };
    expect(run.groups.map((state) => quietOf(state, context))).toEqual(['acknowledged']);
    expect(run.at(30 * MINUTE, 11).dueAtMs).toBeNull();
    run.at(31 * MINUTE, 0);
    run.at(32 * MINUTE, 0);
    expect(run.lines).toEqual(['0: alert.firing frg_1', '1920: alert.resolved frg_1']);
  });
});

describe('silences', () => {
  it.each([
    ['the id of a rule', { rule: 'rul_0000000000000001' }, true],
    ['another rule', { rule: 'rul_0000000000000002' }, false],
    ['a severity', { severity: 'warning' }, true],
    ['a group', { group: 'a' }, true],
    ['the label that the rule groups by', { service: 'a' }, true],
    ['another value of it', { service: 'b' }, false],
    ['a label of the rule', { team: 'pay' }, true],
    ['all of several', { team: 'pay', severity: 'critical' }, false],
    ['a label that is not there', { nobody: '' }, false],
  ])('match by %s', (_, matchers, silenced) => {
    const run = new AlertRun(ruleOf({ condition: byService, labels: { team: 'pay' } }));
    run.silences = [silenceOf(matchers, 0, HOUR)];
    run.at(0, { a: 11 });
    expect(run.lines).toEqual(silenced ? [] : ['0: alert.firing frg_1']);
    const context = { rule: run.rule, silences: run.silences, nowMs: 0 };
    expect(run.groups.map((state) => quietOf(state, context))).toEqual([silenced ? 'silenced' : null]);
  });

  it('tell what still fires when they end, and nothing of what was over before', () => {
    const run = new AlertRun(ruleOf({ condition: byService }));
    run.silences = [silenceOf({ severity: 'warning' }, 0, 10 * MINUTE)];
    for (let minute = 0; minute < 10; minute++) run.at(minute * MINUTE, minute < 5 ? { a: 11, b: 11 } : { a: 11 });
    expect(run.told).toEqual([]);
    run.at(10 * MINUTE, { a: 11 });
    expect(run.lines).toEqual(['600: alert.firing frg_1']);
  });

  it('hold back the end of what was told, and tell it when they are over', () => {
    const run = new AlertRun(ruleOf());
    run.at(0, 11);
    run.silences = [silenceOf({ rule: run.rule.id }, SECOND, 10 * MINUTE)];
    run.at(MINUTE, 0);
    run.at(2 * MINUTE, 0);
    expect(run.phases).toEqual(['resolved']);
    // A new one begins meanwhile: it is another firing.
    run.at(4 * MINUTE, 11);
    expect(run.at(5 * MINUTE, 11).dueAtMs).toBe(6 * MINUTE);
    run.at(10 * MINUTE, 11);
    expect(run.lines).toEqual(['0: alert.firing frg_1', '600: alert.resolved frg_1', '600: alert.firing frg_2']);
    expect(run.ended).toMatchObject([{ firingId: 'frg_1', resolvedAtMs: 2 * MINUTE }]);
  });

  it('hold back repeats, of which one is told when they end', () => {
    const run = new AlertRun(ruleOf({ repeatSeconds: 600 }));
    run.at(0, 11);
    run.silences = [silenceOf({ group: '' }, SECOND, HOUR)];
    for (let minute = 1; minute <= 65; minute++) run.at(minute * MINUTE, 11);
    expect(run.lines).toEqual(['0: alert.firing frg_1', '3600: alert.repeated frg_1']);
  });
});

describe('a clock that is set back', () => {
  it('costs what waits its wait anew, and no more', () => {
    const run = new AlertRun(ruleOf({ forSeconds: 60, repeatSeconds: 600 }));
    run.at(10 * HOUR, 11);
    run.at(9 * HOUR, 11);
    run.at(9 * HOUR + MINUTE, 11);
    run.at(8 * HOUR, 11);
    run.at(8 * HOUR + 10 * MINUTE, 11);
    expect(run.lines).toEqual([`${9 * 3_600 + 60}: alert.firing frg_1`, `${8 * 3_600 + 600}: alert.repeated frg_1`]);
  });
});

describe('a rule that tells others than before', () => {
  const rule = ruleOf({ condition: { ...COUNT_ERRORS, groupBy: 'service' } });
  const fired = () => {
    const run = new AlertRun(rule);
    run.at(0, { a: 11, b: 12 });
    return run.groups.toSorted((one, other) => (one.group < other.group ? -1 : 1));
  };
  const ids = (notices: readonly Notice[]) =>
    notices.map(({ type, firings }) => [type, ...firings.map(({ group, phase }) => `${group} ${phase}`)]);

  it('tells who is new what fires, and who is left out that it ended', () => {
    const { joined, left } = redirect(rule, fired(), { nowMs: 1_000, silences: [] });
    expect(ids(joined)).toEqual([['alert.firing', 'a firing', 'b firing']]);
    expect(ids(left)).toEqual([['alert.resolved', 'a resolved', 'b resolved']]);
  });

  it('tells nobody what was told to nobody, what is quiet, or what nobody wants to hear of', () => {
    const [a, b] = fired();
    if (!a || !b) throw new Error('two fire');
    const silences = [silenceOf({ service: 'a' }, 0, 60_000)];
    const acknowledged = { by: 'usr_1', byName: 'Ada', atMs: 1, note: null };
    const states = [a, { ...b, acknowledged }, { ...b, firingId: 'frg_9', group: 'c', notices: 0 }];
    const quiet = redirect({ ...rule, notifyResolved: false }, states, { nowMs: 1_000, silences });
    expect(quiet).toEqual({ joined: [], left: [] });
    expect(redirect({ ...rule, enabled: false }, fired(), { nowMs: 1_000, silences: [] }).joined).toEqual([]);
  });
});
