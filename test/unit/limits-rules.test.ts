import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, setLimit } from '../../src/limits/cardinality.ts';
import { rateLimitFields } from '../../src/limits/headers.ts';
import { shortName } from '../../src/limits/names.ts';
import { charge, refund, secondsToMidnight, type Usage, usageNow } from '../../src/limits/quota.ts';
import { rateOf } from '../../src/limits/rate-of.ts';
import { take, toWrite, usedNow, type Window } from '../../src/limits/window.ts';
import { hash53 } from '../../src/shared/hash.ts';
import { DEFAULT_PROJECT_LIMITS } from '../../src/wire/limits.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** A minute and day begin here. */
const T = 20_000 * DAY;

describe('a rate', () => {
  it('admits as many as it says in a minute, and says when the next begins', () => {
    let window: Window | null = null;
    const seen: [boolean, number, number][] = [];
    for (let i = 0; i < 4; i++) {
      const taken = take(window, 3, T + i * 10_500);
      window = taken.window;
      seen.push([taken.admitted, taken.remaining, taken.resetSeconds]);
    }
    expect(seen).toEqual([
      [true, 2, 60],
      [true, 1, 50],
      [true, 0, 39],
      [false, 0, 29],
    ]);
    expect(take(window, 3, T + MINUTE)).toMatchObject({ admitted: true, remaining: 2, resetSeconds: 60 });
  });

  it('refuses without a change, so that a refusal costs no write', () => {
    const full = { minute: T / MINUTE, used: 3 };
    expect(take(full, 3, T).window).toBe(full);
  });

  it.each([
    ['a request of a clock that lags counts in the newest minute', T - 1, 3, false],
    ['which ends when it ends by the newest clock', T - 500, 4, true],
    ['a clock that was set back an hour starts anew', T - 3_600_000, 3, true],
  ])('%s', (_, nowMs, limit, admitted) => {
    expect(take({ minute: T / MINUTE, used: 3 }, limit, nowMs).admitted).toBe(admitted);
  });

  it('holds when it is lowered under what is used', () => {
    expect(take({ minute: T / MINUTE, used: 9 }, 3, T)).toMatchObject({ admitted: false, remaining: 0 });
  });

  it('says what is used without taking', () => {
    expect(usedNow({ minute: T / MINUTE, used: 9 }, T + 5)).toBe(9);
    expect(usedNow({ minute: T / MINUTE, used: 9 }, T + MINUTE)).toBe(0);
    expect(usedNow(null, T)).toBe(0);
  });

  it('never gives a take away twice, whenever it comes back from what is on disk, and each time refuses a hundredth of itself too early at most', () => {
    const moves = fc.array(fc.constantFrom('take', 'take', 'take', 'restart'), { maxLength: 900 });
    fc.assert(
      fc.property(moves, fc.integer({ min: 1, max: 700 }), (steps, limit) => {
        let window: Window | null = null;
        let disk: Window | null = null;
        let admitted = 0;
        let restarts = 0;
        let refusedAt: number | null = null;
        for (const step of steps) {
          if (step === 'restart') {
            window = disk;
            restarts++;
            continue;
          }
          const taken = take(window, limit, T);
          if (!taken.admitted) {
            refusedAt ??= admitted;
            continue;
          }
          window = taken.window;
          disk = toWrite(disk, window, limit) ?? disk;
          admitted++;
        }
        expect(admitted).toBeLessThanOrEqual(limit);
        const early = restarts * (Math.max(1, Math.floor(limit / 100)) - 1);
        if (refusedAt !== null) expect(refusedAt).toBeGreaterThanOrEqual(limit - early);
      }),
    );
  });

  it.each([
    ['of 10,000 a minute a row for every hundred', 10_000, 1_000, 10],
    ['of 1,000 a row for every ten', 1_000, 1_000, 100],
    ['of 100 a row for each', 100, 100, 100],
  ])('writes %s', (_, limit, takes, rows) => {
    let window: Window | null = null;
    let disk: Window | null = null;
    let written = 0;
    for (let i = 0; i < takes; i++) {
      window = take(window, limit, T).window;
      const ahead = toWrite(disk, window, limit);
      if (ahead) written++;
      disk = ahead ?? disk;
    }
    expect(written).toBe(rows);
  });

  it('writes the first take of a minute, whatever it wrote in the minute before', () => {
    const written = { minute: T / MINUTE, used: 100 };
    expect(toWrite(written, { minute: T / MINUTE + 1, used: 1 }, 10_000)).toEqual({
      minute: T / MINUTE + 1,
      used: 100,
    });
  });

  it('never admits more than the limit in any minute, with clocks that differ by less than one', () => {
    const jumps = fc.array(fc.integer({ min: -20_000, max: 40_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(jumps, fc.integer({ min: 1, max: 5 }), (steps, limit) => {
        let window: Window | null = null;
        let nowMs = T;
        const admitted = new Map<number, number>();
        for (const step of steps) {
          // Time goes on; requests are dated a little before or after it.
          if (step > 0) nowMs += step;
          const taken = take(window, limit, nowMs + Math.min(step, 0));
          window = taken.window;
          if (taken.admitted) admitted.set(window.minute, (admitted.get(window.minute) ?? 0) + 1);
        }
        expect(Math.max(0, ...admitted.values())).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe('a quota', () => {
  it('is charged whole or not at all, and a batch that still fits is taken after one that does not', () => {
    const first = charge(null, 10, 8, T);
    expect(first).toMatchObject({ admitted: true, remaining: 2 });
    const second = charge(first.usage, 10, 3, T);
    expect(second).toMatchObject({ admitted: false, remaining: 2, usage: first.usage });
    expect(charge(second.usage, 10, 2, T)).toMatchObject({ admitted: true, remaining: 0 });
  });

  it('starts anew at midnight UTC, once', () => {
    const used: Usage = { day: T / DAY, records: 10 };
    expect(secondsToMidnight(T)).toBe(86_400);
    expect(secondsToMidnight(T + DAY - 1)).toBe(1);
    expect(charge(used, 10, 1, T + DAY - 1).admitted).toBe(false);
    const next = charge(used, 10, 1, T + DAY);
    expect(next).toMatchObject({ admitted: true, remaining: 9 });
    expect(usageNow(next.usage, T + DAY - 1)).toBe(next.usage);
  });

  it('gets back what was not stored, never more than was charged, and nothing of a day that is over', () => {
    const used: Usage = { day: T / DAY, records: 10 };
    expect(refund(used, 4, T)).toEqual({ day: T / DAY, records: 6 });
    expect(refund(used, 40, T)).toEqual({ day: T / DAY, records: 0 });
    expect(refund(used, 4, T + DAY)).toEqual({ day: T / DAY + 1, records: 0 });
  });
});

describe('a bounded set', () => {
  it.each([
    ['takes all while there is room', [1, 2], 0, 3, [1, 2], [], false],
    ['takes whoever comes first', [1, 2, 3], 1, 3, [1, 2], [3], true],
    ['is full with the last that fits', [1], 2, 3, [1], [], true],
    ['takes nothing when it was lowered', [1], 9, 3, [], [1], true],
  ] as const)('%s', (_, fresh, count, limit, admitted, refused, isFull) => {
    expect(admit(fresh, count, limit)).toEqual({ admitted, refused, isFull });
  });

  it('has the limit of its kind', () => {
    expect(setLimit('n', DEFAULT_PROJECT_LIMITS)).toBe(2_000);
    expect(setLimit('l', DEFAULT_PROJECT_LIMITS)).toBe(200);
    expect(setLimit('v:service', DEFAULT_PROJECT_LIMITS)).toBe(1_000);
  });
});

describe('names', () => {
  it('that are short stand for themselves, long ones for their beginning and a hash', () => {
    fc.assert(fc.property(fc.string({ maxLength: 128 }), (name) => shortName(name) === name));
    const long = 'x'.repeat(262_144);
    expect(shortName(long)).toMatch(/^x{100}…#[0-9a-z]+$/);
    expect(shortName(long)).not.toBe(shortName(`${long}y`));
    expect(shortName(`${'x'.repeat(99)}😀${'y'.repeat(100)}`).isWellFormed()).toBe(true);
  });

  it('have hashes that a double holds, different for a million different ones', () => {
    const hashes = new Set<number>();
    for (let i = 0; i < 1_000_000; i++) hashes.add(hash53(`attribute-${i}`));
    expect(hashes.size).toBe(1_000_000);
    for (const hash of [...hashes].slice(0, 100)) expect(Number.isSafeInteger(hash)).toBe(true);
  });
});

describe('the headers', () => {
  it('are lists of structured items, one a limit, and absent where nothing was counted', () => {
    expect(rateLimitFields([])).toBeNull();
    const one = { name: 'ingest', limit: 10_000, windowSeconds: 60, remaining: 9_999, resetSeconds: 37 };
    const two = { name: 'records', limit: 5, windowSeconds: 86_400, remaining: 0, resetSeconds: 9 };
    expect(rateLimitFields([one, two])).toEqual({
      policy: '"ingest";q=10000;w=60, "records";q=5;w=86400',
      state: '"ingest";r=9999;t=37, "records";r=0;t=9',
    });
  });
});

describe('a path', () => {
  it.each([
    '/api/query/logs',
    '/api/query/logs/facets',
    '/api/export',
    '/api/data',
    '/api/history',
    '/api/p2p/trends',
    '/api/profile/metrics',
    '/api/ingest',
    '/api/etl/start',
    '/api/health',
    '/api/auth/logout',
  ])('%s is not counted for its user', (path) => expect(rateOf(path)).toBe('route'));
  it.each([
    '/api/projects',
    '/api/searches',
    '/api/etl/jobs',
    '/api/exports',
    '/api/profile',
    '/api/auth/me',
    '/ws/telemetry',
  ])('%s is', (path) => expect(rateOf(path)).toBe('user'));
});
