import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dayBeginsMs,
  dayEndsMs,
  dayIn,
  daysInMonth,
  isTimeZone,
  localTime,
  periodEndsMs,
  plusDays,
  plusMonths,
} from '../../src/shared/calendar.ts';
import type { Period } from '../../src/wire/compliance.ts';

const at = (iso: string): number => Date.parse(iso);
const iso = (ms: number): string => new Date(ms).toISOString();

const ZONES = [
  ...['UTC', 'Europe/Brussels', 'America/New_York', 'America/St_Johns', 'America/Sao_Paulo', 'Asia/Kolkata'],
  ...['Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Cairo', 'Pacific/Apia', 'Pacific/Chatham', 'Pacific/Kiritimati'],
];

describe('a period', () => {
  it.each<[string, string, Period, string, string]>([
    ['nothing is at once', '2026-03-10T09:30:00.000Z', { hours: 0 }, 'UTC', '2026-03-10T09:30:00.000Z'],
    ['72 hours are three days', '2026-03-10T09:30:00.000Z', { hours: 72 }, 'UTC', '2026-03-13T09:30:00.000Z'],
    ['72 hours over a month end', '2026-02-27T10:00:00.000Z', { hours: 72 }, 'UTC', '2026-03-02T10:00:00.000Z'],
    ['72 hours over a leap day', '2028-02-27T10:00:00.000Z', { hours: 72 }, 'UTC', '2028-03-01T10:00:00.000Z'],
    ['72 hours over a year end', '2026-12-30T12:00:00.000Z', { hours: 72 }, 'UTC', '2027-01-02T12:00:00.000Z'],
    // Brussels puts its clocks forward at 01:00 UTC on 29 March 2026, and back on 25 October.
    [
      '72 hours over a change of clocks',
      '2026-03-28T12:00:00.000Z',
      { hours: 72 },
      'Europe/Brussels',
      '2026-03-31T12:00:00.000Z',
    ],
    ['a day ends with the next day', '2026-03-10T09:30:00.000Z', { days: 1 }, 'UTC', '2026-03-11T23:59:59.999Z'],
    [
      'a day over the short day',
      '2026-03-28T12:00:00.000Z',
      { days: 1 },
      'Europe/Brussels',
      '2026-03-29T21:59:59.999Z',
    ],
    ['a day over the long day', '2026-10-24T12:00:00.000Z', { days: 1 }, 'Europe/Brussels', '2026-10-25T22:59:59.999Z'],
    [
      'a day that the zone is in already',
      '2026-03-10T23:30:00.000Z',
      { days: 1 },
      'Asia/Kolkata',
      '2026-03-12T18:29:59.999Z',
    ],
    ['90 days over a leap day', '2028-01-15T00:00:00.000Z', { days: 90 }, 'Asia/Kolkata', '2028-04-14T18:29:59.999Z'],
    ['90 days without one', '2027-01-15T00:00:00.000Z', { days: 90 }, 'Asia/Kolkata', '2027-04-15T18:29:59.999Z'],
    ['a month', '2026-03-05T09:00:00.000Z', { months: 1 }, 'UTC', '2026-04-05T23:59:59.999Z'],
    ['a month from 31 January', '2026-01-31T09:00:00.000Z', { months: 1 }, 'UTC', '2026-02-28T23:59:59.999Z'],
    [
      'a month from 31 January of a leap year',
      '2028-01-31T09:00:00.000Z',
      { months: 1 },
      'UTC',
      '2028-02-29T23:59:59.999Z',
    ],
    ['a month from 29 February', '2028-02-29T09:00:00.000Z', { months: 1 }, 'UTC', '2028-03-29T23:59:59.999Z'],
    ['twelve months from 29 February', '2028-02-29T09:00:00.000Z', { months: 12 }, 'UTC', '2029-02-28T23:59:59.999Z'],
    ['a month from 31 August', '2026-08-31T09:00:00.000Z', { months: 1 }, 'UTC', '2026-09-30T23:59:59.999Z'],
    ['a month over a year end', '2026-12-31T09:00:00.000Z', { months: 1 }, 'UTC', '2027-01-31T23:59:59.999Z'],
    ['2100 has no leap day', '2100-01-30T09:00:00.000Z', { months: 1 }, 'UTC', '2100-02-28T23:59:59.999Z'],
    // Of the evening of 30 January in UTC it is 31 January in Brussels.
    [
      'a month counts from the day of the zone',
      '2026-01-30T23:30:00.000Z',
      { months: 1 },
      'Europe/Brussels',
      '2026-02-28T22:59:59.999Z',
    ],
    [
      'a month into summer time',
      '2026-02-28T23:30:00.000Z',
      { months: 1 },
      'Europe/Brussels',
      '2026-04-01T21:59:59.999Z',
    ],
    ['a zone of half an hour', '2026-03-05T20:00:00.000Z', { months: 1 }, 'Asia/Kolkata', '2026-04-06T18:29:59.999Z'],
    [
      'a zone of three quarters',
      '2026-03-05T18:14:00.000Z',
      { months: 1 },
      'Asia/Kathmandu',
      '2026-04-05T18:14:59.999Z',
    ],
    ['a zone behind UTC', '2026-03-05T03:00:00.000Z', { months: 1 }, 'America/New_York', '2026-04-05T03:59:59.999Z'],
    // Lord Howe moves its clocks by half an hour, on 5 April 2026.
    [
      'a change of half an hour',
      '2026-03-05T00:00:00.000Z',
      { months: 1 },
      'Australia/Lord_Howe',
      '2026-04-05T13:29:59.999Z',
    ],
  ])('%s', (_, from, period, timeZone, end) => {
    expect(iso(periodEndsMs(at(from), period, timeZone))).toBe(end);
  });
});

describe('a day of a zone', () => {
  it('begins with the hour that clocks are put forward to at midnight', () => {
    // Sao Paulo, 4 November 2018: 00:00 was 01:00.
    const day = { year: 2018, month: 11, day: 4 };
    expect(iso(dayBeginsMs(day, 'America/Sao_Paulo'))).toBe('2018-11-04T03:00:00.000Z');
    expect(localTime(dayBeginsMs(day, 'America/Sao_Paulo'), 'America/Sao_Paulo')).toBe(
      '2018-11-04 01:00:00 UTC-02:00 (America/Sao_Paulo)',
    );
    expect(iso(dayEndsMs(plusDays(day, -1), 'America/Sao_Paulo'))).toBe('2018-11-04T02:59:59.999Z');
  });

  it('is over as soon as it begins where a zone left it out', () => {
    // Apia went from 29 to 31 December 2011.
    const left = { year: 2011, month: 12, day: 30 };
    expect(iso(dayBeginsMs(left, 'Pacific/Apia'))).toBe('2011-12-30T10:00:00.000Z');
    expect(dayEndsMs(left, 'Pacific/Apia')).toBe(dayBeginsMs(left, 'Pacific/Apia') - 1);
  });

  it('has a name in words of the zone', () => {
    expect(localTime(at('2026-11-27T08:35:09.123Z'), 'Asia/Kolkata')).toBe(
      '2026-11-27 14:05:09 UTC+05:30 (Asia/Kolkata)',
    );
    expect(localTime(at('2026-11-27T08:35:09.123Z'), 'UTC')).toBe('2026-11-27 08:35:09 UTC (UTC)');
    expect(localTime(at('2026-07-01T00:00:00.000Z'), 'America/St_Johns')).toBe(
      '2026-06-30 21:30:00 UTC-02:30 (America/St_Johns)',
    );
  });

  it('is known for zones of the IANA database alone', () => {
    expect(ZONES.filter((zone) => !isTimeZone(zone))).toEqual([]);
    expect(['Mars/Olympus', '', 'Europe/', '<b>'].filter(isTimeZone)).toEqual([]);
  });
});

describe('months and days', () => {
  it.each([
    [2026, 2, 28],
    [2028, 2, 29],
    [2000, 2, 29],
    [2100, 2, 28],
    [2026, 4, 30],
    [2026, 12, 31],
  ])('month %i-%i has %i days', (year, month, days) => {
    expect(daysInMonth(year, month)).toBe(days);
  });

  const days = fc
    .record({
      year: fc.integer({ min: 1980, max: 2090 }),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 31 }),
    })
    .map(({ year, month, day }) => ({ year, month, day: Math.min(day, daysInMonth(year, month)) }));
  const zone = fc.constantFrom(...ZONES);

  it('each day of every zone is the one that its first and its last moment show, and days leave no gap', () => {
    fc.assert(
      fc.property(days, zone, (day, timeZone) => {
        const [begins, ends] = [dayBeginsMs(day, timeZone), dayEndsMs(day, timeZone)];
        expect(dayBeginsMs(plusDays(day, 1), timeZone)).toBe(ends + 1);
        if (ends < begins) return; // a day that the zone left out
        expect(dayIn(begins, timeZone)).toEqual(day);
        expect(dayIn(ends, timeZone)).toEqual(day);
      }),
    );
  });

  it('a period of months ends within the month that is so many later, on no later day of it, and never before a shorter one', () => {
    fc.assert(
      fc.property(
        days,
        zone,
        fc.integer({ min: 0, max: 48 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (day, timeZone, months, share) => {
          const [begins, ends] = [dayBeginsMs(day, timeZone), dayEndsMs(day, timeZone)];
          if (ends < begins) return;
          const fromMs = begins + Math.floor((ends - begins) * share);
          const last = plusMonths(day, months);
          expect(last.year * 12 + last.month).toBe(day.year * 12 + day.month + months);
          expect(last.day).toBe(Math.min(day.day, daysInMonth(last.year, last.month)));
          const endMs = periodEndsMs(fromMs, { months }, timeZone);
          expect(endMs).toBeGreaterThanOrEqual(fromMs);
          expect(endMs).toBeLessThanOrEqual(periodEndsMs(fromMs, { months: months + 1 }, timeZone));
          expect(endMs).toBe(dayEndsMs(last, timeZone));
        },
      ),
    );
  });
});
