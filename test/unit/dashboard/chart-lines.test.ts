import { describe, expect, it } from 'vitest';
import {
  binOf,
  binText,
  placeIn,
  ratingOfBin,
  worthShowing,
} from '../../../src/dashboard/components/chart/histogram-bins.ts';
import {
  bucketAt,
  bucketTimes,
  COLORS,
  colorAt,
  fieldsOf,
  isEmpty,
  type Line,
  lineRows,
  linesInWords,
  readout,
  topOf,
  valuesAt,
} from '../../../src/dashboard/components/chart/lines.ts';
import { csvText, fileName } from '../../../src/dashboard/lib/download.ts';
import { hiddenIn, hiddenText } from '../../../src/dashboard/lib/hidden-lines.ts';
import { exactly, inUnit, tickTexts } from '../../../src/dashboard/lib/units.ts';

const MINUTE = 60_000;
const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const line = (values: (number | null)[], more: Partial<Line> = {}): Line => ({
  ...{ id: 'p75', label: 'p75', color: 'p75', values },
  ...more,
});

describe('a figure with its unit', () => {
  it('has three significant digits at most, in the unit that people say it in', () => {
    const ms = [0, 0.25, 9.876, 123.4, 999.4, 999.6, 2_500, 12_345, 599_000, 600_000, 36_000_000];
    expect(ms.map((value) => plain(inUnit(value, 'ms')))).toEqual([
      ...['0 ms', '0.25 ms', '9.88 ms', '123 ms', '999 ms', '1 s', '2.5 s', '12.3 s', '599 s', '10 min', '10 h'],
    ]);
    expect([0, 0.0004, 0.0567, 0.1, 0.123_4, 1.5].map((value) => inUnit(value, 'score'))).toEqual([
      ...['0', '0', '0.057', '0.1', '0.123', '1.5'],
    ]);
    expect(plain(inUnit(0.985, 'ratio'))).toBe('98.5 %');
    expect(inUnit(12_345, 'count')).toBe('12.3k');
    expect(plain(inUnit(1_500_000, 'bytes'))).toBe('1.5 MB');
  });

  it('is exact on hover', () => {
    expect(plain(exactly(12_345.678, 'ms'))).toBe('12,345.678 ms');
    expect(exactly(0.123_456, 'score')).toBe('0.123456');
    expect(plain(exactly(0.98765, 'ratio'))).toBe('98.765 %');
    expect(plain(exactly(1_500_001, 'bytes'))).toBe('1,500,001 B');
  });

  it('has no unit at the foot of an axis, where nothing is nothing', () => {
    expect(tickTexts([0, 500], 'ms').map(plain)).toEqual(['0', '500 ms']);
    expect(tickTexts([0, 0.5, 1], 'ratio').map(plain)).toEqual(['0 %', '50 %', '100 %']);
  });

  it('is told apart from the next one on an axis, however near they are', () => {
    const ticks = (values: number[], unit: Parameters<typeof tickTexts>[1]) => tickTexts(values, unit).map(plain);
    expect(ticks([0.9992, 0.9996, 1], 'ratio')).toEqual(['99.92 %', '99.96 %', '100 %']);
    expect(ticks([10_010, 10_020, 10_030], 'ms')).toEqual(['10,010 ms', '10,020 ms', '10,030 ms']);
    expect(ticks([0.0001, 0.0002], 'score')).toEqual(['0.0001', '0.0002']);
  });
});

describe('the points of a chart', () => {
  it('are the whole buckets of a range, so that a bucket without an event is a gap', () => {
    const times = bucketTimes(5 * MINUTE + 1, 8 * MINUTE, MINUTE);
    expect(times).toEqual([5 * MINUTE, 6 * MINUTE, 7 * MINUTE]);
    expect(
      valuesAt(times, [
        [5 * MINUTE, 10],
        [7 * MINUTE, null],
      ]),
    ).toEqual([10, null, null]);
    expect(bucketAt(times, MINUTE, 6.5 * MINUTE)).toBe(1);
    expect(bucketAt(times, MINUTE, 9 * MINUTE)).toBeNull();
  });

  it('of the time before lie under those of now', () => {
    const times = bucketTimes(10 * MINUTE, 12 * MINUTE, MINUTE);
    expect(
      valuesAt(
        times,
        [
          [8 * MINUTE, 1],
          [9 * MINUTE, 2],
        ],
        2 * MINUTE,
      ),
    ).toEqual([1, 2]);
  });

  it('are nothing where no line has a value', () => {
    expect(isEmpty([line([null, null]), line([])])).toBe(true);
    expect(isEmpty([line([null]), line([0])])).toBe(false);
  });

  it('have colours that start again after the last', () => {
    expect(colorAt(0)).toBe('1');
    expect(colorAt(COLORS.length)).toBe('1');
  });
});

describe('thresholds', () => {
  const LCP = [2_500, 4_000] as const;

  it('are in view where values come near, and do not press lower values flat', () => {
    expect(topOf([line([500])], LCP)).toBeCloseTo(540);
    expect(topOf([line([2_000])], LCP)).toBeCloseTo(4_320);
    expect(topOf([line([1_200])], LCP)).toBeCloseTo(2_700);
    expect(topOf([line([9_000])], LCP)).toBeCloseTo(9_720);
    expect(topOf([], null)).toBe(1);
  });

  it('divide what is in view into fields with a word each', () => {
    expect(fieldsOf(LCP, 540).map(({ word, to }) => [word, to])).toEqual([['good', 540]]);
    expect(fieldsOf(LCP, 9_720).map(({ word, from, to }) => [word, from, to])).toEqual([
      ['good', 0, 2_500],
      ['needs improvement', 2_500, 4_000],
      ['poor', 4_000, 9_720],
    ]);
  });
});

describe('a chart in words', () => {
  const times = [0, MINUTE, 2 * MINUTE];
  const data = { unit: 'ms', times, stepMs: MINUTE, lines: [line([1_000, null, 3_000])] } as const;

  it('says what every line does, and where good ends', () => {
    const text = plain(linesInWords('LCP', data, [2_500, 4_000]));
    expect(text).toMatch(
      /^LCP over time, 3 points\. p75: from 1 s to 3 s at .*, last 3 s\. Good up to 2\.5 s, poor above 4 s\.$/,
    );
  });

  it('says what is under the crosshair, or of the whole range', () => {
    const whole = line([1_000, null], { overall: 1_500 });
    expect(plain(readout(whole, null, 'ms').text)).toBe('1.5 s');
    expect(plain(readout(whole, 0, 'ms').text)).toBe('1 s');
    expect(readout(whole, 1, 'ms')).toEqual({ text: '–', exact: 'nothing measured' });
  });
});

describe('an exported table', () => {
  it('has every shown number with all its digits, and gaps as nothing', () => {
    const rows = lineRows({ unit: 'ms', times: [0], stepMs: MINUTE, lines: [line([1_234.567_89]), line([null])] });
    expect(csvText(rows)).toBe('time,p75 (ms),p75 (ms)\r\n1970-01-01T00:00:00.000Z,1234.56789,\r\n');
  });

  it('gives a spreadsheet no formula to run, and negative numbers stay numbers', () => {
    expect(csvText([['=1+1', 'a,"b"', -5]])).toBe('\'=1+1,"a,""b""",-5\r\n');
  });

  it('has a name that every file system takes', () => {
    expect(fileName('LCP by /checkout/:id, last 24 h', 'csv')).toBe('lcp-by-checkout-id-last-24-h.csv');
    expect(fileName('///', 'png')).toBe('chart.png');
  });
});

describe('bins of a distribution', () => {
  it('have the rating that most of them lie in', () => {
    const thresholds = [100, 300] as const;
    expect(ratingOfBin({ from: 80, to: 110, count: 1 }, thresholds)).toBe('good');
    expect(ratingOfBin({ from: 280, to: 310, count: 1 }, thresholds)).toBe('needs-improvement');
    expect(ratingOfBin({ from: 400, to: null, count: 1 }, thresholds)).toBe('poor');
  });

  it('say from where to where they go, the last one without an end', () => {
    expect(plain(binText({ from: 0, to: 250, count: 1 }, 'ms'))).toBe('0 ms to 250 ms');
    expect(plain(binText({ from: 5_000, to: null, count: 1 }, 'ms'))).toBe('5 s and more');
  });

  it('end where there is no more to see, but not before poor begins', () => {
    const bins = Array.from({ length: 40 }, (_, i) => ({ from: i, to: i + 1, count: i === 3 ? 1 : 0 }));
    expect(worthShowing(bins, [5, 10])).toHaveLength(12);
    expect(worthShowing(bins, null)).toHaveLength(5);
    expect(
      worthShowing(
        bins.map((bin) => ({ ...bin, count: 1 })),
        [5, 10],
      ),
    ).toHaveLength(40);
  });

  it('have a value along them', () => {
    expect(placeIn({ from: 100, to: 200, count: 1 }, 175)).toBe(0.75);
    expect(placeIn({ from: 100, to: null, count: 1 }, 175)).toBe(0);
  });

  it('hold a value in one of them', () => {
    const bins = [
      { from: 0, to: 10, count: 1 },
      { from: 10, to: null, count: 1 },
    ];
    expect([binOf(bins, 9.9), binOf(bins, 10), binOf(bins, 1e9), binOf([], 1)]).toEqual([0, 1, 1, -1]);
  });
});

describe('hidden lines', () => {
  it('are in the address, and come out of it again', () => {
    const hidden = new Set(['p99', 'a,b']);
    const text = hiddenText(hidden, []);
    expect(text).toBe('a%2Cb,p99');
    expect(hiddenIn(text ?? '', [])).toEqual(hidden);
  });

  it('are not mentioned where they are those that the page hides by itself', () => {
    expect(hiddenText(new Set(['p99', 'p95']), ['p95', 'p99'])).toBeNull();
    expect(hiddenIn('', ['p95', 'p99'])).toEqual(new Set(['p95', 'p99']));
    expect(hiddenText(new Set(), ['p95', 'p99'])).toBe('none');
    expect(hiddenIn('none', ['p95', 'p99'])).toEqual(new Set());
    expect(hiddenIn('%zz', [])).toEqual(new Set(['%zz']));
  });
});
