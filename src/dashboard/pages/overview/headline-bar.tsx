import type { Facet, Histogram } from '../../api/types.ts';
import { Icon } from '../../components/icon.tsx';
import { headlineOf } from '../../lib/headline.ts';
import { onsetOf } from '../../lib/levels.ts';
import { lastWords, presetOf } from '../../lib/range.ts';
import { range } from '../../state/range.ts';

const ICONS = { ok: 'check', warn: 'warn', bad: 'bad', info: 'info' } as const;

function rangeText(): string {
  const current = range.value;
  if (current.kind === 'live') return 'in the last 15 min';
  const preset = current.kind === 'preset' ? presetOf(current.id) : null;
  return preset ? `in the ${lastWords(preset)}` : 'in this time';
}

interface HeadlineProps {
  histogram: Histogram | null;
  /** Of the failures in the whole range, and of those since the rise that goes on. */
  allServices: Facet | null;
  onsetServices: Facet | null;
}

export function HeadlineBar({ histogram, allServices, onsetServices }: HeadlineProps) {
  const services = histogram && onsetOf(histogram.buckets) ? onsetServices : allServices;
  const headline = histogram ? headlineOf(histogram, services, rangeText()) : null;
  return (
    <header class={`headline headline-${headline?.tone ?? 'info'}`}>
      {headline ? <Icon name={ICONS[headline.tone]} /> : null}
      <div>
        <h1>{headline ? <bdi>{headline.text}</bdi> : 'Overview'}</h1>
        <p>{headline?.detail ?? '\u00a0'}</p>
      </div>
    </header>
  );
}
