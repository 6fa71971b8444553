import { describe, expect, it } from 'vitest';
import * as f from '../../../src/dashboard/lib/format.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('figures on screen', () => {
  it('have at most three significant digits and a unit', () => {
    expect([0, 7, 12.345, 999, 999.4, 999.5, 1_234, 98_760, 999_499, 999_500, 1e12].map(f.compact)).toEqual([
      '0',
      '7',
      '12.3',
      '999',
      '999',
      '1k',
      '1.23k',
      '98.8k',
      '999k',
      '1M',
      '1T',
    ]);
    expect(f.compact(-1_500)).toBe('-1.5k');
  });

  it('are exact on hover', () => {
    expect(f.exact(1_234_567)).toBe('1,234,567');
  });

  it('count one thing as one', () => {
    expect(plain(f.plural(1, 'record'))).toBe('1 record');
    expect(plain(f.plural(0, 'record'))).toBe('0 records');
    expect(plain(f.plural(2_000, 'match', 'matches'))).toBe('2k matches');
  });

  it('never part from their unit at the end of a line', () => {
    expect(f.bytes(1_380_000)).toBe('1.38\u00a0MB');
    expect(f.percent(0.125)).toBe('12.5\u00a0%');
  });

  it('do not round a small share to nothing', () => {
    expect(plain(f.percent(0.000_01))).toBe('< 0.01 %');
    expect(plain(f.percent(0))).toBe('0 %');
    expect(plain(f.percent(1))).toBe('100 %');
  });

  it('do not round a share that is not all to all of it', () => {
    expect([0.9994, 0.9996, 0.999_999_999].map((share) => plain(f.percent(share)))).toEqual([
      ...['99.9 %', '> 99.9 %', '> 99.9 %'],
    ]);
    expect([0.01, 0.012, 0.000_01].map(f.percentagePoints).map(plain)).toEqual([
      ...['1 percentage point', '1.2 percentage points', '< 0.01 percentage points'],
    ]);
  });

  it('measure bytes as disks do', () => {
    expect([0, 999, 1_000, 999_499, 2.5e9, 3e15].map((n) => plain(f.bytes(n)))).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '999 kB',
      '2.5 GB',
      '3000 TB',
    ]);
  });
});

describe('times on screen', () => {
  const AT = new Date(2026, 0, 31, 8, 5, 9, 7).getTime();

  it('are local, of equal width, as precise as their place needs', () => {
    expect([f.day(AT), f.minute(AT), f.second(AT), f.milli(AT), f.stamp(AT), f.dateTime(AT)]).toEqual([
      '2026-01-31',
      '08:05',
      '08:05:09',
      '08:05:09.007',
      '01-31 08:05:09.007',
      '2026-01-31 08:05:09',
    ]);
  });

  it('say how long ago in one unit, rounded down, and what lies ahead', () => {
    const ago = (ms: number) => plain(f.relative(AT - ms, AT));
    expect([0, 999, 1_000, 59_999, 60_000, 3_600_000, 86_400_000 * 3].map(ago)).toEqual([
      'now',
      'now',
      '1 s ago',
      '59 s ago',
      '1 min ago',
      '1 h ago',
      '3 d ago',
    ]);
    expect(plain(f.relative(AT + 7_200_000, AT))).toBe('in 2 h');
  });

  it('tell a colleague elsewhere the same instant on hover', () => {
    expect(plain(f.timeTitle(Date.UTC(2026, 0, 31, 8, 5, 9, 7), Date.UTC(2026, 0, 31, 8, 6, 9, 7)))).toBe(
      '2026-01-31 08:05:09.007 UTC\n1 min ago',
    );
  });

  it('are numbers where no calendar holds them', () => {
    expect(f.isDate(8.64e15)).toBe(true);
    expect(f.isDate(8.64e15 + 1)).toBe(false);
    expect(f.timeTitle(9e15, AT)).toBe('9000000000000000');
  });
});
