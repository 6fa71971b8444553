import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupState, Notice } from '../../src/alerts/state/index.ts';
import { isMuted } from '../../src/alerts/state/mute.ts';
import type { AlertRule, MuteWindow } from '../../src/wire/alerts.ts';
import { COUNT_ERRORS, ruleOf, silenceOf } from '../helpers/alert-rules.ts';
import { AlertRun } from '../helpers/alert-run.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-03-28T12:00:00Z');

const value = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 20 }));
const anyMoment = fc.record({
  afterMs: fc.integer({ min: 0, max: 30 * MINUTE }),
  values: fc.oneof(fc.constant(null), fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { noNullPrototype: true })),
  rest: fc.constantFrom('zero' as const, 'gone' as const, 'unseen' as const),
  silence: fc.boolean(),
  acknowledge: fc.boolean(),
  enabled: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});
const anyRule: fc.Arbitrary<AlertRule> = fc
  .record({
    forSeconds: fc.constantFrom(0, 60, 600),
    groupWaitSeconds: fc.constantFrom(0, 30, 300),
    repeatSeconds: fc.constantFrom(0, 600, 3_600),
    notifyResolved: fc.boolean(),
    muteWindows: fc.constantFrom<MuteWindow[]>(
      [],
      [{ days: [0, 6], fromMinute: 0, toMinute: 780, timeZone: 'Europe/Berlin' }],
    ),
  })
  .map((change) => ruleOf({ ...change, condition: { ...COUNT_ERRORS, groupBy: 'service' } }));
const anyLife = fc.array(anyMoment, { maxLength: 40 });

type Moment = typeof anyMoment extends fc.Arbitrary<infer T> ? T : never;

/** Lives a rule's life, and calls `after` behind every moment of it. */
function live(rule: AlertRule, life: readonly Moment[], after?: (run: AlertRun, nowMs: number) => void): AlertRun {
  const run = new AlertRun(rule);
  let nowMs = START;
  for (const { afterMs, values, rest, silence, acknowledge, enabled } of life) {
    nowMs += afterMs;
    run.rule = { ...rule, enabled };
    run.silences = silence ? [silenceOf({ group: 'a' }, nowMs - MINUTE, nowMs + MINUTE)] : [];
    const named = Object.entries(values ?? {}).map(([group, value]) => ({ group, value }));
    run.at(nowMs, values === null ? null : { values: named, rest });
    if (acknowledge) {
      const acknowledged = { by: 'usr_1', byName: 'Ada', atMs: nowMs, note: null };
      run.groups = run.groups.map((state): GroupState => ({ ...state, acknowledged }));
    }
    after?.(run, nowMs);
  }
  return run;
}

function byFiring(run: AlertRun): Map<string, { atMs: number; type: Notice['type']; state: GroupState }[]> {
  const firings = new Map<string, { atMs: number; type: Notice['type']; state: GroupState }[]>();
  for (const { atMs, notice } of run.told) {
    for (const state of notice.firings) {
      const known = firings.get(state.firingId) ?? [];
      firings.set(state.firingId, known);
      known.push({ atMs, type: notice.type, state });
    }
  }
  return firings;
}

describe('whatever happens to a rule', () => {
  it('a firing is told to begin once, then repeated, and to end once at most, under one id and group', () => {
    fc.assert(
      fc.property(anyRule, anyLife, (rule, life) => {
        for (const told of byFiring(live(rule, life)).values()) {
          expect(told.map(({ type }) => type).join(' ')).toMatch(
            /^alert\.firing( alert\.repeated)*( alert\.resolved)?$/,
          );
          expect(new Set(told.map(({ state }) => state.group)).size).toBe(1);
          expect(told.map(({ state }) => state.notices)).toEqual(told.map((_, index) => index + 1));
        }
      }),
    );
  });

  it('nothing is told more often than the rule repeats, nor at all once it is acknowledged, but that it ended', () => {
    fc.assert(
      fc.property(anyRule, anyLife, (rule, life) => {
        for (const told of byFiring(live(rule, life)).values()) {
          for (const [index, { atMs, type, state }] of told.entries()) {
            if (type !== 'alert.repeated') continue;
            expect(rule.repeatSeconds).toBeGreaterThan(0);
            expect(atMs - (told[index - 1]?.atMs ?? 0)).toBeGreaterThanOrEqual(rule.repeatSeconds * 1_000);
            expect(state.acknowledged).toBeNull();
          }
        }
      }),
    );
  });

  it('no notice is given while it is muted or silenced', () => {
    fc.assert(
      fc.property(anyRule, anyLife, (rule, life) => {
        let given = 0;
        live(rule, life, (run, nowMs) => {
          const fresh = run.told.slice(given);
          given = run.told.length;
          if (isMuted(rule.muteWindows, nowMs)) expect(fresh).toEqual([]);
          const groups = fresh.flatMap(({ notice }) => notice.firings.map(({ group }) => group));
          if (run.silences.length > 0) expect(groups).not.toContain('a');
        });
      }),
    );
  });

  it('a group has one firing at a time, and what is kept has something to wait for', () => {
    fc.assert(
      fc.property(anyRule, anyLife, (rule, life) => {
        live(rule, life, (run) => {
          const open = run.groups.filter(({ phase }) => phase !== 'resolved').map(({ group }) => group);
          expect(new Set(open).size).toBe(open.length);
          for (const { phase, notices } of run.groups) if (phase === 'resolved') expect(notices).toBeGreaterThan(0);
        });
      }),
    );
  });

  it('once it does not hold, is neither muted nor silenced, and two minutes pass, nothing is left and whoever was told of a beginning was told of the end', () => {
    fc.assert(
      fc.property(anyRule, anyLife, (rule, life) => {
        const run = live({ ...rule, notifyResolved: true, muteWindows: [] }, life);
        run.rule = { ...run.rule, enabled: true };
        run.silences = [];
        const endMs = START + 365 * 86_400_000;
        run.at(endMs, {});
        run.at(endMs + MINUTE, {});
        expect(run.groups).toEqual([]);
        for (const told of byFiring(run).values()) expect(told.at(-1)?.type).toBe('alert.resolved');
      }),
    );
  });

  it('a clock that goes back and forth breaks none of the order, and delays what is due by its own wait at most', () => {
    const jumps = fc.array(
      fc.record({ nowMs: fc.integer({ min: START, max: START + 86_400_000 }), value: fc.integer({ min: 0, max: 20 }) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(anyRule, jumps, (rule, moments) => {
        const run = new AlertRun({ ...rule, muteWindows: [] });
        for (const { nowMs, value } of moments) {
          const { dueAtMs } = run.at(nowMs, { a: value });
          if (dueAtMs !== null) expect(dueAtMs).toBeGreaterThan(nowMs);
          const longest = Math.max(rule.forSeconds, rule.groupWaitSeconds, rule.repeatSeconds, 60) * 1_000;
          if (dueAtMs !== null) expect(dueAtMs - nowMs).toBeLessThanOrEqual(longest);
        }
        for (const told of byFiring(run).values()) {
          expect(told.map(({ type }) => type).join(' ')).toMatch(
            /^alert\.firing( alert\.repeated)*( alert\.resolved)?$/,
          );
        }
        const lastMs = moments.at(-1)?.nowMs ?? START;
        run.at(lastMs, { a: 20 });
        run.at(lastMs + rule.forSeconds * 1_000, { a: 20 });
        run.at(lastMs + (rule.forSeconds + rule.groupWaitSeconds) * 1_000, { a: 20 });
        expect(run.groups.find(({ phase }) => phase === 'firing')?.notices).toBeGreaterThan(0);
      }),
    );
  });

  it('what an evaluation could not know changes nothing but what time does', () => {
    fc.assert(
      fc.property(anyRule, anyLife, (rule, life) => {
        const run = live(rule, life);
        const before = run.groups.map(({ firingId, phase, value }) => ({ firingId, phase, value }));
        run.rule = { ...run.rule, enabled: true };
        const { groups, ended } = run.at(START + 365 * 86_400_000, { a: null, b: null, c: null, d: null });
        const after = [...groups, ...ended].map(({ firingId, phase, value }) => ({ firingId, phase, value }));
        expect(after).toEqual(expect.arrayContaining(before));
        expect(after).toHaveLength(before.length);
      }),
    );
  });
});
