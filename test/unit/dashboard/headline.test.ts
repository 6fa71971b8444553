import { describe, expect, it } from 'vitest';
import type { Bucket, Facet, Histogram } from '../../../src/dashboard/api/types.ts';
import { headlineOf } from '../../../src/dashboard/lib/headline.ts';
import { onsetOf } from '../../../src/dashboard/lib/levels.ts';

const MINUTE = 60_000;
const START = new Date(2026, 0, 31, 8, 0).getTime();

function buckets(errors: readonly number[], others = 100): Bucket[] {
  return errors.map((error, i) => ({
    ts: START + i * MINUTE,
    total: error + others,
    levels: { info: others, error },
  }));
}

function histogram(errors: readonly number[], others = 100): Histogram {
  return {
    bucketMs: MINUTE,
    buckets: buckets(errors, others),
    scanned: { blocks: 1, archived: 0, bytes: 1 },
    complete: true,
  };
}

function services(...values: [string, number][]): Facet {
  return {
    field: 'service',
    values: values.map(([value, count]) => ({ value, count })),
    other: 0,
    missing: 0,
    truncated: false,
  };
}

function say(errors: readonly number[], facet: Facet | null = null) {
  const { tone, text, detail } = headlineOf(histogram(errors), facet, 'in the last hour');
  return { tone, text: text.replaceAll('\u00a0', ' '), detail: detail.replaceAll('\u00a0', ' ') };
}

describe('the first sentence of the overview', () => {
  it('says since when, how much worse and for whom, while a rise goes on', () => {
    expect(say([1, 1, 1, 1, 1, 1, 1, 20, 22, 18], services(['ledger', 53], ['api', 7]))).toEqual({
      tone: 'bad',
      text: 'Errors since 08:07, mostly in ledger',
      detail: 'About 20 times as many as before. 60 errors since then, 16.7 % of 360 records.',
    });
  });

  it('says that there were none before, rather than a quotient of nothing', () => {
    expect(say([0, 0, 0, 0, 0, 0, 0, 9, 9], services(['ledger', 18])).detail).toMatch(
      /^There were hardly any before\./,
    );
    expect(say([0, 0, 0, 0, 0, 0, 0, 9, 9], services(['ledger', 18])).text).toBe('Errors since 08:07, all in ledger');
  });

  it('counts only what came since then, not an earlier peak of the same range', () => {
    expect(say([1, 1, 90, 90, 1, 1, 1, 1, 1, 1, 9, 9], services(['auth', 18]))).toMatchObject({
      text: 'Errors since 08:10, all in auth',
      detail: 'An earlier peak was higher. 18 errors since then, 8.26 % of 218 records.',
    });
  });

  it('gives no factor where earlier peaks were nearly as high', () => {
    expect(say([1, 1, 40, 1, 1, 1, 1, 1, 9]).detail).toMatch(/^More than before\./);
  });

  it('is a warning where errors are there without a rise that goes on', () => {
    expect(say([4, 5, 4, 5, 4, 5, 4, 5])).toMatchObject({ tone: 'warn', text: '36 errors in the last hour' });
    expect(say([0, 0, 30, 30, 0, 0, 0, 0, 0])).toMatchObject({ tone: 'warn' });
  });

  it('names no service that has less than half of them', () => {
    expect(say([4, 5, 4, 5], services(['a', 6], ['b', 6], ['c', 6])).text).toBe('18 errors in the last hour');
  });

  it('is calm without errors, and plain without records', () => {
    expect(say([0, 0, 0])).toMatchObject({ tone: 'ok', text: 'No errors in the last hour' });
    expect(headlineOf(histogram([0, 0], 0), null, 'in the last hour')).toMatchObject({
      tone: 'info',
      text: 'No records in the last hour',
    });
  });
});

describe('the onset of a rise', () => {
  it('is not ended by the last bucket, which the end of the range cuts', () => {
    expect(onsetOf(buckets([0, 0, 0, 0, 0, 0, 9, 9, 0]))?.sinceMs).toBe(START + 6 * MINUTE);
    expect(onsetOf(buckets([0, 0, 0, 0, 0, 9, 9, 0, 0]))).toBeNull();
  });

  it('needs enough buckets to tell, and a time before it', () => {
    expect(onsetOf(buckets([0, 0, 0, 9]))).toBeNull();
    expect(onsetOf(buckets([9, 9, 9, 9, 9, 9, 9, 9]))).toBeNull();
  });
});
