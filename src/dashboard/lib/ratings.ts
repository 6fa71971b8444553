import type { Rating } from '../../wire/vitals.ts';
import { compact, percent } from './format.ts';

export const RATING_WORDS: Record<Rating, string> = {
  good: 'Good',
  'needs-improvement': 'Needs improvement',
  poor: 'Poor',
};

/** From 0 to 1, null where nothing was measured. */
export interface Shares {
  good: number | null;
  needsImprovement: number | null;
  poor: number | null;
}

export function shareList({ good, needsImprovement, poor }: Shares): { rating: Rating; share: number }[] {
  if (good === null || needsImprovement === null || poor === null) return [];
  return [
    { rating: 'good', share: good },
    { rating: 'needs-improvement', share: needsImprovement },
    { rating: 'poor', share: poor },
  ];
}

/** "72 % good, 18 % needs improvement, 10 % poor". */
export function sharesInWords(shares: Shares): string {
  return shareList(shares)
    .map(({ rating, share }) => `${percent(share)} ${RATING_WORDS[rating].toLowerCase()}`)
    .join(', ');
}

export interface ChangeWords {
  text: string;
  arrow: '▲' | '▼' | '';
  tone: 'ok' | 'bad' | 'plain';
}

/** Less than this is noise. */
const LEAST_CHANGE = 0.005;
/** Half as much again is told by the figure it came from. */
const MANIFOLD = 2;

/** Of a figure that is better when it is less. */
export function changeInWords(change: number | null, words: { more: string; less: string }): ChangeWords {
  if (change === null) return { text: 'nothing before', arrow: '', tone: 'plain' };
  if (Math.abs(change) < LEAST_CHANGE) return { text: 'as before', arrow: '', tone: 'plain' };
  const worse = change > 0;
  const size = change >= MANIFOLD ? `${compact(change + 1)} times` : percent(Math.abs(change));
  const text = change >= MANIFOLD ? `${size} as much` : `${size} ${worse ? words.more : words.less}`;
  return { text, arrow: worse ? '▲' : '▼', tone: worse ? 'bad' : 'ok' };
}
