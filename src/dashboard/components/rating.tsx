import type { Rating } from '../../wire/vitals.ts';
import { RATING_WORDS, type Shares, shareList, sharesInWords } from '../lib/ratings.ts';

/** A shape and a word for each, so that colour carries nothing alone. */
export function RatingWord({ rating }: { rating: Rating | null }) {
  if (rating === null) return <span class="rating faint">Not measured</span>;
  return (
    <span class={`rating rating-${rating}`}>
      <i aria-hidden="true" />
      {RATING_WORDS[rating]}
    </span>
  );
}

/** Where there is no room for the word: the shape, and the word for who does not see it. */
export function RatingMark({ rating }: { rating: Rating | null }) {
  if (rating === null) return null;
  return (
    <span class={`rating rating-${rating}`} title={RATING_WORDS[rating]}>
      <i aria-hidden="true" />
      <span class="visually-hidden">{RATING_WORDS[rating]}</span>
    </span>
  );
}

/** How much was good, needs improvement, was poor. */
export function ShareBar({ shares }: { shares: Shares }) {
  const list = shareList(shares);
  if (list.length === 0) return <span class="share-bar share-none" />;
  const words = sharesInWords(shares);
  return (
    <span class="share-bar" role="img" aria-label={words} title={words}>
      {list.map(({ rating, share }) => (
        <i key={rating} class={`swatch-${rating}`} style={{ width: `${100 * share}%` }} />
      ))}
    </span>
  );
}
