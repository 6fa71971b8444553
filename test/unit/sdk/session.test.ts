import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayCollect } from '../../../src/sdk/consent.ts';
import { isSampled, sessionAt, storedSession } from '../../../src/sdk/session.ts';
import { uuid } from '../../../src/sdk/text.ts';

const NOW_MS = 1_795_780_800_000;
const MINUTE_MS = 60_000;

describe('a session', () => {
  it.each([
    ['goes on while something happens', storedSession('a', NOW_MS - 29 * MINUTE_MS), 'a'],
    ['ends after 30 minutes of silence', storedSession('a', NOW_MS - 30 * MINUTE_MS), 'new'],
    ['goes on when the clock was set back', storedSession('a', NOW_MS + 90 * MINUTE_MS), 'a'],
    ['begins where there was none', null, 'new'],
    ['begins where something else was stored', 'what a page may write', 'new'],
  ])('%s', (_, stored, id) => {
    expect(sessionAt(stored, NOW_MS, () => 'new')).toBe(id);
  });
});

describe('a sample', () => {
  it('decides alike for the whole session, and the more the higher the rate', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.double({ min: 0, max: 1, noNaN: true }), (id, rate) => {
        expect(isSampled(id, rate)).toBe(isSampled(id, rate));
        if (isSampled(id, rate)) expect(isSampled(id, Math.min(1, rate + 0.1))).toBe(true);
      }),
    );
  });

  it('is everybody at 1 and where no rate is said, and nobody at 0', () => {
    for (const id of ['00000000-0000-4000-8000-000000000000', 'ffffffff-ffff-4fff-bfff-ffffffffffff', uuid()]) {
      expect([isSampled(id, 1), isSampled(id), isSampled(id, 0)]).toEqual([true, true, false]);
    }
  });

  it('is as large as its rate says', () => {
    const ids = Array.from({ length: 20_000 }, uuid);
    const share = ids.filter((id) => isSampled(id, 0.25)).length / ids.length;
    // Five standard deviations of 20,000 draws.
    expect(Math.abs(share - 0.25)).toBeLessThan(0.0154);
  });
});

describe('an id', () => {
  it('is a random UUID, another one each time', () => {
    const ids = Array.from({ length: 1_000 }, uuid);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });
});

describe('a visitor who objects', () => {
  it.each([
    ['says nothing', {}, false, true],
    ['says that tracking is fine', { doNotTrack: '0' }, false, true],
    ['sets Do Not Track', { doNotTrack: '1' }, false, false],
    ['sets Do Not Track, which the page passes over', { doNotTrack: '1' }, true, true],
    ['sets Global Privacy Control', { globalPrivacyControl: true }, false, false],
    ['sets Global Privacy Control, which no page can pass over', { globalPrivacyControl: true }, true, false],
    [
      'has switched Global Privacy Control off',
      { globalPrivacyControl: false, doNotTrack: 'unspecified' },
      false,
      true,
    ],
  ])('%s', (_, visitor, ignoreDoNotTrack, collects) => {
    expect(mayCollect(visitor, ignoreDoNotTrack)).toBe(collects);
  });
});
