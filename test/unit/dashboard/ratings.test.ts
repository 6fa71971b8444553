import { describe, expect, it } from 'vitest';
import { changeInWords, shareList, sharesInWords } from '../../../src/dashboard/lib/ratings.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const WORDS = { more: 'slower', less: 'faster' };

describe('shares of ratings', () => {
  it('are said in words, from good to poor', () => {
    expect(plain(sharesInWords({ good: 0.72, needsImprovement: 0.18, poor: 0.1 }))).toBe(
      '72 % good, 18 % needs improvement, 10 % poor',
    );
  });

  it('are nothing where nothing was measured', () => {
    expect(shareList({ good: null, needsImprovement: null, poor: null })).toEqual([]);
  });
});

describe('a change against the time before', () => {
  it('has an arrow, a word and a tone: less is better', () => {
    expect({ ...changeInWords(0.12, WORDS), text: plain(changeInWords(0.12, WORDS).text) }).toEqual({
      ...{ text: '12 % slower', arrow: '▲', tone: 'bad' },
    });
    expect({ ...changeInWords(-0.5, WORDS), text: plain(changeInWords(-0.5, WORDS).text) }).toEqual({
      ...{ text: '50 % faster', arrow: '▼', tone: 'ok' },
    });
  });

  it('is none where it is noise, and unknown where nothing was measured before', () => {
    expect(changeInWords(0.004, WORDS)).toEqual({ text: 'as before', arrow: '', tone: 'plain' });
    expect(changeInWords(null, WORDS)).toEqual({ text: 'nothing before', arrow: '', tone: 'plain' });
  });

  it('is told as a multiple where a share would be a long number', () => {
    expect([2.5, 100.5, 2_499].map((change) => changeInWords(change, WORDS).text)).toEqual([
      ...['3.5 times as much', '102 times as much', '2.5k times as much'],
    ]);
  });
});
