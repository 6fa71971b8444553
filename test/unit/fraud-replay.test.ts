import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedSettings, differences } from '../../src/fraud/risk/change.ts';
import { Replay } from '../../src/fraud/risk/replay.ts';
import { scoreOf } from '../../src/fraud/risk/score.ts';
import { DEFAULT_SETTINGS } from '../../src/fraud/risk/settings.ts';
import type { Facts, RiskSettings } from '../../src/wire/fraud.ts';
import { anyFacts, anySettings, QUIET_FACTS } from '../helpers/fraud-facts.ts';

const stored = (facts: Facts, settings: RiskSettings, i: number) => ({
  ...{ id: `event-${i}`, atMs: i, userId: `u-${i}`, facts },
  ...scoreOf(facts, settings),
});

function replayed(all: readonly Facts[], before: RiskSettings, after: RiskSettings) {
  const replay = new Replay(after);
  all.forEach((facts, i) => {
    replay.add(stored(facts, before, i));
  });
  return replay.result();
}

const manyFacts = fc.array(anyFacts, { maxLength: 40 });

describe('a replay', () => {
  it('with the settings that the events were scored with changes nothing', () => {
    fc.assert(
      fc.property(manyFacts, anySettings, (all, settings) => {
        const { events, changed, rescored, examples, matrix } = replayed(all, settings, settings);
        expect({ events, changed, rescored, examples }).toEqual({
          events: all.length,
          changed: 0,
          rescored: 0,
          examples: [],
        });
        expect(matrix.allow.allow + matrix.review.review + matrix.deny.deny).toBe(all.length);
      }),
    );
  });

  it('puts every event into the cell of its two decisions, and what is off the diagonal is what changed', () => {
    fc.assert(
      fc.property(manyFacts, anySettings, anySettings, (all, before, after) => {
        const { events, changed, rescored, matrix, examples } = replayed(all, before, after);
        const decisions = ['allow', 'review', 'deny'] as const;
        for (const from of decisions) {
          for (const to of decisions) {
            const moved = all.filter(
              (facts) => scoreOf(facts, before).decision === from && scoreOf(facts, after).decision === to,
            );
            expect(matrix[from][to]).toBe(moved.length);
          }
        }
        expect(changed).toBe(events - matrix.allow.allow - matrix.review.review - matrix.deny.deny);
        expect(rescored).toBeLessThanOrEqual(events);
        expect(examples.length).toBe(Math.min(20, changed));
      }),
    );
  });

  it('shows the events that moved most with the old and the new reasons, the newest of equals first', () => {
    const shared = { ...QUIET_FACTS, otherUsersOnDevice: 4 };
    const travelled = { ...shared, travel: { km: 9_000, elapsedMs: 60_000 } };
    const stricter = changedSettings(DEFAULT_SETTINGS, { rules: { device_shared: { points: 80 } } });
    const { examples } = replayed([shared, QUIET_FACTS, travelled, shared], DEFAULT_SETTINGS, stricter);
    expect(examples.map(({ eventId }) => eventId)).toEqual(['event-3', 'event-0', 'event-2']);
    expect(examples[0]).toEqual({
      eventId: 'event-3',
      atMs: 3,
      userId: 'u-3',
      before: {
        riskScore: 30,
        decision: 'allow',
        reasons: [expect.objectContaining({ rule: 'device_shared', points: 30 })],
      },
      after: {
        riskScore: 74,
        decision: 'review',
        reasons: [expect.objectContaining({ rule: 'device_shared', points: 74 })],
      },
    });
  });

  it('shows twenty of many, those that moved most', () => {
    const all = Array.from({ length: 60 }, (_, i) => ({
      ...QUIET_FACTS,
      otherUsersOnDevice: 4,
      ...(i % 3 === 0 ? { travel: { km: 9_000, elapsedMs: 60_000 } } : {}),
    }));
    const stricter = changedSettings(DEFAULT_SETTINGS, { rules: { device_shared: { points: 80 } } });
    const { changed, examples } = replayed(all, DEFAULT_SETTINGS, stricter);
    expect([changed, examples.length]).toEqual([60, 20]);
    expect(examples.every(({ before }) => before.riskScore === 30)).toBe(true);
  });
});

describe('a change of settings', () => {
  it('has what it names, and leaves the rest', () => {
    const changed = changedSettings(DEFAULT_SETTINGS, { denyAt: 90, rules: { new_device: { enabled: false } } });
    expect(differences(DEFAULT_SETTINGS, changed)).toEqual({
      before: { denyAt: 75, rules: { new_device: DEFAULT_SETTINGS.rules.new_device } },
      after: { denyAt: 90, rules: { new_device: { ...DEFAULT_SETTINGS.rules.new_device, enabled: false } } },
    });
  });

  it('that names null brings the default back, of a field, of a rule, of a score', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const changed = changedSettings(settings, {
          reviewAt: null,
          rules: { user_velocity: null, new_device: { points: null } },
        });
        expect(changed.reviewAt).toBe(DEFAULT_SETTINGS.reviewAt);
        expect(changed.rules.user_velocity).toEqual(DEFAULT_SETTINGS.rules.user_velocity);
        expect(changed.rules.new_device).toEqual({
          ...settings.rules.new_device,
          points: DEFAULT_SETTINGS.rules.new_device.points,
        });
      }),
    );
  });

  it('that names all of other settings makes those, and made again changes nothing', () => {
    fc.assert(
      fc.property(anySettings, anySettings, (before, { version: _, ...change }) => {
        const after = changedSettings(before, change);
        expect(after).toEqual({ version: before.version, ...change });
        expect(differences(after, changedSettings(after, change))).toEqual({ before: {}, after: {} });
      }),
    );
  });
});
