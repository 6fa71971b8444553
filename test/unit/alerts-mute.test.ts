import { describe, expect, it } from 'vitest';
import { isMuted, isTimeZone } from '../../src/alerts/state/mute.ts';
import type { MuteWindow } from '../../src/wire/alerts.ts';
import { ruleOf } from '../helpers/alert-rules.ts';
import { AlertRun } from '../helpers/alert-run.ts';

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const at = (text: string): number => Date.parse(text);
const windowOf = (change: Partial<MuteWindow>): MuteWindow => ({
  ...{ days: EVERY_DAY, fromMinute: 22 * 60, toMinute: 6 * 60, timeZone: 'UTC' },
  ...change,
});

describe('a mute window', () => {
  it.each([
    ['opens at its first minute', '2026-11-27T09:00:00Z', true],
    ['is closed the second before', '2026-11-27T08:59:59Z', false],
    ['is open until its last minute is over', '2026-11-27T16:59:59Z', true],
    ['is closed at its end', '2026-11-27T17:00:00Z', false],
    ['is closed on other days', '2026-11-28T12:00:00Z', false],
  ])('%s', (_, now, muted) => {
    const friday = windowOf({ days: [5], fromMinute: 9 * 60, toMinute: 17 * 60 });
    expect(isMuted([friday], at(now))).toBe(muted);
  });

  it.each([
    ['in its evening', '2026-11-27T22:00:00Z', true],
    ['in the morning after it, which is of another day', '2026-11-28T05:59:00Z', true],
    ['not in the morning before it', '2026-11-27T05:00:00Z', false],
    ['not in the evening after it', '2026-11-28T23:00:00Z', false],
  ])('that ends on the next day is open %s', (_, now, muted) => {
    expect(isMuted([windowOf({ days: [5] })], at(now))).toBe(muted);
  });

  it('from Saturday ends on Sunday', () => {
    expect(isMuted([windowOf({ days: [6] })], at('2026-11-29T01:00:00Z'))).toBe(true);
  });

  it('from a minute to the same one is a whole day', () => {
    const day = windowOf({ days: [0], fromMinute: 0, toMinute: 0 });
    expect(isMuted([day], at('2026-11-29T00:00:00Z'))).toBe(true);
    expect(isMuted([day], at('2026-11-29T23:59:59Z'))).toBe(true);
    expect(isMuted([day], at('2026-11-30T00:00:00Z'))).toBe(false);
    expect(isMuted([day], at('2026-11-28T23:59:59Z'))).toBe(false);
  });

  it.each([
    ['Europe/Berlin in winter', 'Europe/Berlin', '2026-01-15T21:00:00Z', '2026-01-15T20:59:00Z'],
    ['Europe/Berlin in summer', 'Europe/Berlin', '2026-07-15T20:00:00Z', '2026-07-15T19:59:00Z'],
    ['America/New_York', 'America/New_York', '2026-11-28T03:00:00Z', '2026-11-28T02:59:00Z'],
    ['Asia/Kolkata, half an hour off', 'Asia/Kolkata', '2026-11-27T16:30:00Z', '2026-11-27T16:29:00Z'],
    [
      'Australia/Lord_Howe, whose summer is half an hour',
      'Australia/Lord_Howe',
      '2026-01-15T11:00:00Z',
      '2026-01-15T10:59:00Z',
    ],
  ])('goes by the wall clock of %s', (_, timeZone, open, closed) => {
    expect(isMuted([windowOf({ timeZone })], at(open))).toBe(true);
    expect(isMuted([windowOf({ timeZone })], at(closed))).toBe(false);
  });

  it('on the night without an hour begins after it, and on the night with one more is open in both', () => {
    const night = windowOf({ fromMinute: 150, toMinute: 210, timeZone: 'Europe/Berlin' });
    // 29 March 2026: 01:59 CET is followed by 03:00 CEST.
    expect(isMuted([night], at('2026-03-29T00:59:00Z'))).toBe(false);
    expect(isMuted([night], at('2026-03-29T01:00:00Z'))).toBe(true);
    expect(isMuted([night], at('2026-03-29T01:30:00Z'))).toBe(false);
    // 25 October 2026: 02:30 CEST, and an hour later 02:30 CET.
    expect(isMuted([night], at('2026-10-25T00:30:00Z'))).toBe(true);
    expect(isMuted([night], at('2026-10-25T01:00:00Z'))).toBe(false);
    expect(isMuted([night], at('2026-10-25T01:30:00Z'))).toBe(true);
  });

  it.each([
    ['an hour shorter', [6], '2026-03-28T21:00:00Z', '2026-03-29T04:00:00Z'],
    ['an hour longer', [6], '2026-10-24T20:00:00Z', '2026-10-25T05:00:00Z'],
  ])('from the evening to the morning is %s on the night in which the clock changes', (_, days, begins, ends) => {
    const night = windowOf({ days, fromMinute: 22 * 60, toMinute: 6 * 60, timeZone: 'Europe/Berlin' });
    expect([isMuted([night], at(begins) - 1), isMuted([night], at(begins))]).toEqual([false, true]);
    for (let ms = at(begins); ms < at(ends); ms += 600_000) expect(isMuted([night], ms)).toBe(true);
    expect([isMuted([night], at(ends) - 1), isMuted([night], at(ends))]).toEqual([true, false]);
  });

  it('is of a time zone that the runtime knows', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Europe/Atlantis')).toBe(false);
    expect(isTimeZone('')).toBe(false);
  });

  it('holds back what fires, and tells it when it ends if it still fires', () => {
    const lunch = windowOf({ fromMinute: 12 * 60, toMinute: 13 * 60 });
    const run = new AlertRun(ruleOf({ muteWindows: [lunch] }));
    const noon = at('2026-11-27T12:00:00Z');
    for (let minute = 0; minute < 60; minute++) {
      expect(run.at(noon + minute * 60_000, 11).dueAtMs).toBe(noon + (minute + 1) * 60_000);
    }
    expect(run.told).toEqual([]);
    run.at(noon + 3_600_000, 11);
    expect(run.told.map(({ notice }) => notice.type)).toEqual(['alert.firing']);
  });
});
