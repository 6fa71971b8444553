import { describe, expect, it } from 'vitest';
import { fineDuration } from '../../../src/dashboard/lib/format.ts';
import {
  breachHeadline,
  leftToTell,
  openWords,
  toldShare,
} from '../../../src/dashboard/pages/compliance/breaches/breach-words.ts';
import type { AffectedSummary, Breach, BreachClock } from '../../../src/wire/compliance.ts';

const HOUR_MS = 3_600_000;
const nobody: AffectedSummary = {
  ...{ users: 0, records: 0, searching: false, pending: 0, queued: 0, delivered: 0, failed: 0 },
};

describe('how many of those affected were told', () => {
  it.each<[Partial<AffectedSummary>, number | null, number]>([
    [{}, null, 0],
    [{ users: 10 }, null, 10],
    [{ users: 10, pending: 10 }, 0, 10],
    [{ users: 10, queued: 4, delivered: 5, failed: 1 }, 0.5, 1],
    [{ users: 10, delivered: 10 }, 1, 0],
    // Another search found as many again, whom nobody has begun to tell.
    [{ users: 20, delivered: 10 }, 0.5, 10],
  ])('of %j is %s, and %s are left', (change, share, left) => {
    expect(toldShare({ ...nobody, ...change })).toBe(share);
    expect(leftToTell({ ...nobody, ...change })).toBe(left);
  });
});

describe('a clock that nobody has answered', () => {
  it.each([
    [72 * HOUR_MS, 25 * HOUR_MS, 'in 1\u00a0d 23\u00a0h'],
    [72 * HOUR_MS, 72 * HOUR_MS - 1, 'in 1\u00a0s'],
    [72 * HOUR_MS, 74.5 * HOUR_MS, 'overdue by 2\u00a0h 30\u00a0min'],
    [0, 3 * HOUR_MS, 'due at once, open for 3\u00a0h'],
  ])('that is due %s ms after somebody knew says after %s ms: %s', (dueAtMs, nowMs, words) => {
    expect(openWords({ dueAtMs }, 0, nowMs)).toBe(words);
  });
});

describe('the headline', () => {
  const clock = (dueAtMs: number, state: BreachClock['state'] = 'running') => ({ dueAtMs, state, label: 'x' });
  const open = (...clocks: ReturnType<typeof clock>[]) =>
    ({ state: 'open', awareAtMs: 0, clocks }) as unknown as Breach;
  const HOURS_72 = 72 * HOUR_MS;

  it.each<[string, Breach[], string]>([
    ['what is late', [open(clock(0), clock(HOURS_72, 'overdue')), open(clock(0))], '1 breach has an overdue duty'],
    [
      'what is due at once',
      [open(clock(0), clock(100 * HOUR_MS)), open(clock(0))],
      '2 breaches have a duty that is due at once',
    ],
    ['what is next', [open(clock(0, 'done'), clock(100 * HOUR_MS))], 'The next clock runs out in 1 d'],
    ['that nothing is left', [open(clock(0, 'done'))], 'Every duty is answered'],
  ])('says %s', (_, breaches, text) => {
    expect(breachHeadline(breaches, true, 73 * HOUR_MS).text.replaceAll('\u00a0', ' ')).toBe(text);
  });
});

describe('the time that is left to a clock', () => {
  it.each([
    [47 * HOUR_MS, '1\u00a0d 23\u00a0h'],
    [48 * HOUR_MS, '2\u00a0d'],
    [24 * HOUR_MS + 59 * 60_000, '1\u00a0d'],
    [5.2 * HOUR_MS, '5\u00a0h 12\u00a0min'],
    [61_000, '1\u00a0min 1\u00a0s'],
    [42_000, '42\u00a0s'],
    [10, '< 1 s'],
  ])('of %s ms is “%s”', (ms, words) => {
    expect(fineDuration(ms)).toBe(words);
  });
});
