import { describe, expect, it } from 'vitest';
import { filterList, noFilters, valueText } from '../../../src/dashboard/lib/label-filters.ts';
import { originOf, scriptTag } from '../../../src/dashboard/lib/script-tag.ts';
import { wholeMinutes } from '../../../src/dashboard/lib/whole-minutes.ts';
import { vitalsHeadline } from '../../../src/dashboard/pages/vitals/headline.ts';
import { chartStepMs, comparedMs, sparkStepMs } from '../../../src/dashboard/pages/vitals/steps.ts';
import { percentileLines, splitLines } from '../../../src/dashboard/pages/vitals/trend-lines.ts';
import { viewOf } from '../../../src/dashboard/pages/vitals/view.ts';
import { changeOf } from '../../../src/dashboard/pages/vitals/words.ts';
import {
  BROWSER_LABELS,
  ratingOf,
  VITAL_THRESHOLDS,
  type VitalName,
  type VitalSummary,
} from '../../../src/wire/vitals.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const view = (search: string) => viewOf(new URLSearchParams(search));

describe('what the reader looks at', () => {
  it('is all in the address, and usual where that says nothing or nonsense', () => {
    const usual = { vital: 'LCP', filters: {}, by: 'device', compare: false, split: false, sort: 'count', find: '' };
    expect(view('')).toEqual(usual);
    expect(view('vital=XYZ&by=shoe-size&sort=shuffle&compare=yes&device=')).toEqual(usual);
    expect(view('vital=inp&by=os&sort=poor&compare=1&find=check&page=/checkout&country=DE')).toEqual({
      ...{ vital: 'INP', by: 'os', sort: 'poor', compare: true, split: false, find: 'check' },
      filters: { page: '/checkout', country: 'DE' },
    });
  });

  it('loses every filter at once, and each filter has one place', () => {
    expect(Object.keys(noFilters())).toEqual([...BROWSER_LABELS]);
    expect(filterList({ country: 'DE', page: '/' })).toEqual([
      { label: 'page', value: '/' },
      { label: 'country', value: 'DE' },
    ]);
  });
});

describe('the time of a chart', () => {
  it('is whole minutes, and the same for a repeat within one', () => {
    expect(wholeMinutes({ fromMs: HOUR + 1, toMs: 2 * HOUR + 1 })).toEqual({ fromMs: HOUR, toMs: 2 * HOUR + MINUTE });
  });

  it.each([
    [15 * MINUTE, MINUTE],
    [3 * HOUR, MINUTE],
    [6 * HOUR, 5 * MINUTE],
    [DAY, 15 * MINUTE],
    [7 * DAY, HOUR],
    [30 * DAY, 6 * HOUR],
    [1_000 * DAY, 6 * DAY],
  ])('of %d ms has points of %d ms', (toMs, step) => {
    expect(chartStepMs({ fromMs: 0, toMs })).toBe(step);
    expect(sparkStepMs({ fromMs: 0, toMs })).toBeGreaterThanOrEqual(step);
  });

  it('before lies whole points back, never within what it is compared with', () => {
    expect(comparedMs({ fromMs: 0, toMs: HOUR }, MINUTE)).toBe(HOUR);
    expect(comparedMs({ fromMs: 0, toMs: HOUR + 1 }, 5 * MINUTE)).toBe(HOUR + 5 * MINUTE);
  });
});

const NOTHING = {
  p50: null,
  p75: null,
  p95: null,
  p99: null,
  rating: null,
  good: null,
  needsImprovement: null,
  poor: null,
};

function item(name: VitalName, p75: number | null): VitalSummary {
  const numbers =
    p75 === null ? { count: 0, ...NOTHING } : { count: 1_000, ...NOTHING, p75, rating: ratingOf(name, p75) };
  const previous = { count: 0, ...NOTHING };
  return {
    name,
    unit: 'ms',
    thresholds: VITAL_THRESHOLDS[name],
    ...numbers,
    previous,
    change: { p75: null, count: null },
  };
}

describe('the headline', () => {
  const headline = (...items: VitalSummary[]) => {
    const { tone, text, detail } = vitalsHeadline(items, 'in the last hour');
    return { tone, text: plain(text), detail: plain(detail) };
  };

  it('names what is poor with its figure before what needs improvement', () => {
    expect(headline(item('LCP', 3_000), item('INP', 600), item('CLS', 0.3))).toEqual({
      tone: 'bad',
      text: 'INP (600 ms) and CLS (0.3) are poor, LCP (3 s) needs improvement',
      detail: 'At the 75th percentile, from 3k measurements in the last hour.',
    });
  });

  it('is good news only of what was measured', () => {
    expect(headline(item('LCP', 1_000), item('INP', null), item('CLS', 0.01))).toEqual({
      tone: 'ok',
      text: 'LCP (1 s) and CLS (0.01) are good',
      detail: 'At the 75th percentile, from 2k measurements in the last hour. Not measured: INP.',
    });
  });

  it('does not judge by vitals that are no core web vital', () => {
    expect(headline(item('TTFB', 9_000))).toMatchObject({ tone: 'info', text: 'LCP, INP and CLS were not measured' });
    expect(headline()).toMatchObject({ tone: 'info', text: 'Nothing was measured in the last hour' });
  });
});

describe('words', () => {
  it('call a time slower or faster, and layout shifts more or less', () => {
    expect(plain(changeOf('LCP', 0.2).text)).toBe('20 % slower');
    expect(plain(changeOf('CLS', -0.2).text)).toBe('20 % less');
  });

  it('name countries, and leave what is no code as it is', () => {
    expect([valueText('country', 'DE'), valueText('country', '(other)'), valueText('release', 'DE')]).toEqual([
      ...['Germany', '(other)', 'DE'],
    ]);
  });
});

describe('the tag for a site', () => {
  it('has the address of this server and the key, whatever they hold', () => {
    expect(scriptTag('https://o11y.example', 'bw_1"<&')).toBe(
      '<script async src="https://o11y.example/api/js/client.min.js" data-key="bw_1&quot;&lt;&amp;"></script>',
    );
  });

  it('has a key for an origin, as people type one', () => {
    expect(
      [' shop.example ', 'https://shop.example/a?b', 'http://localhost:3000', 'ftp://x', '', 'a b'].map(originOf),
    ).toEqual([...['https://shop.example', 'https://shop.example', 'http://localhost:3000', null, null, null]]);
  });
});

describe('the lines of the chart', () => {
  const numbers = (p75: number | null) => ({ count: 1, ...NOTHING, p50: 1, p75, p95: 3, p99: 4 });
  const scope = {
    fromMs: 0,
    toMs: 2 * MINUTE,
    source: 'rollups',
    resolutionMs: MINUTE,
    complete: true,
    countedFromMs: 0,
  } as const;
  const trend = (by: 'country' | null, ...series: [label: string, p75: number | null][]) => ({
    ...{ ...scope, name: 'LCP' as const, stepMs: MINUTE, by },
    series: series.map(([label, p75]) => ({ label, points: [{ ts: MINUTE, ...numbers(p75) }] })),
  });

  it('are the percentiles, and p75 of the time before under that of now', () => {
    const answer = { ...trend(null, ['LCP', 7]), fromMs: -2 * MINUTE, toMs: 0 };
    const moved = { ...answer, series: [{ label: 'LCP', points: [{ ts: -MINUTE, ...numbers(7) }] }] };
    const { lines, times } = percentileLines(trend(null, ['LCP', 2]), null, { answer: moved, shiftMs: 2 * MINUTE });
    expect(times).toEqual([0, MINUTE]);
    expect(lines.map(({ id, values }) => [id, ...values])).toEqual([
      ...[
        ['p50', null, 1],
        ['p75', null, 2],
        ['p95', null, 3],
        ['p99', null, 4],
        ['before', null, 7],
      ],
    ]);
    expect(lines.filter(({ earlier }) => earlier).map(({ id }) => id)).toEqual(['before']);
  });

  it('are one for each value where they are split, in colours of their own', () => {
    const items = [{ value: 'DE', ...numbers(9), share: 1 }];
    const breakdown = { ...scope, name: 'LCP' as const, by: 'country' as const, items };
    const { lines } = splitLines(trend('country', ['DE', 5], ['', 6], ['(other)', null]), breakdown);
    expect(lines.map(({ overall }) => overall)).toEqual([9, null, null]);
    expect(lines.map(({ id, label, color, values }) => [id, label, color, ...values])).toEqual([
      ['DE', 'Germany', '1', null, 5],
      ['(none)', '(none)', '2', null, 6],
      ['(other)', '(other)', '3', null, null],
    ]);
  });
});
