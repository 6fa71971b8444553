import type { Facet, Histogram } from '../../api/types.ts';
import { HeadlineText } from '../../components/headline-text.tsx';
import { headlineOf } from '../../lib/headline.ts';
import { onsetOf } from '../../lib/levels.ts';
import { inRangeWords } from '../../lib/range-words.ts';
import { range } from '../../state/range.ts';

interface HeadlineProps {
  histogram: Histogram | null;
  /** Of the failures in the whole range, and of those since the rise that goes on. */
  allServices: Facet | null;
  onsetServices: Facet | null;
}

export function HeadlineBar({ histogram, allServices, onsetServices }: HeadlineProps) {
  const services = histogram && onsetOf(histogram.buckets) ? onsetServices : allServices;
  const headline = histogram ? headlineOf(histogram, services, inRangeWords(range.value)) : null;
  return <HeadlineText headline={headline} waiting="Overview" />;
}
