import { describe, expect, it } from 'vitest';
import { dayOf, dayStartMs } from '../../src/shared/calendar.ts';

describe('UTC days', () => {
  it.each([
    ['1970-01-01T00:00:00.000Z', '1970-01-01'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31'],
    ['2026-12-31T23:59:59.999Z', '2026-12-31'],
    ['2027-01-01T00:00:00.000Z', '2027-01-01'],
    ['2028-02-29T12:00:00.000Z', '2028-02-29'], // a leap year
    ['2000-02-29T00:00:00.000Z', '2000-02-29'], // so is a fourth century
    ['+275760-09-13T00:00:00.000Z', '+275760-09-13'], // the last day there is
  ])('%s lies in %s, which begins at its midnight', (time, day) => {
    const ms = Date.parse(time);
    expect(dayOf(ms)).toBe(day);
    const startMs = dayStartMs(day);
    expect(startMs).toBeLessThanOrEqual(ms);
    expect(ms - startMs).toBeLessThan(86_400_000);
    expect(dayOf(startMs)).toBe(day);
    expect(Math.abs(startMs % 86_400_000)).toBe(0);
  });

  it.each(['2026-02-29', '2100-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-1-1', '', 'today'])(
    '"%s" is no day',
    (day) => {
      expect(dayStartMs(day)).toBeNaN();
    },
  );
});
