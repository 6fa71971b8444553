import type { Rating } from '../../../wire/vitals.ts';
import { type ChangeWords, type Shares, sharesInWords } from '../../lib/ratings.ts';
import { exactly, inUnit, type Unit } from '../../lib/units.ts';
import { RatingWord, ShareBar } from '../rating.tsx';
import { Sparkline } from '../sparkline.tsx';

interface PercentileBandProps {
  /** Short, such as LCP. */
  label: string;
  /** In full, for the hover. */
  name: string;
  unit: Unit;
  /** null while loading. */
  numbers: (Shares & { count: number; p75: number | null; rating: Rating | null }) | null;
  /** Against the time before; null while it is not known. */
  change: ChangeWords | null;
  /** Of the value, over time. */
  series: readonly (number | null)[];
  /** It is the one that the rest of the page is about. */
  chosen: boolean;
  onChoose: () => void;
}

/** A headline percentile with the band that it lies in, how much lies in each, and how it changed. */
export function PercentileBand(props: PercentileBandProps) {
  const { label, name, unit, numbers, change, series, chosen, onChoose } = props;
  const p75 = numbers?.p75 ?? null;
  return (
    <button
      type="button"
      class="stat band"
      aria-pressed={chosen}
      title={p75 === null ? name : `${name}\n${exactly(p75, unit)} at the 75th percentile`}
      onClick={onChoose}
    >
      <span class="stat-label">
        <abbr title={name}>{label}</abbr> <span class="faint">p75</span>
      </span>
      <span class="stat-value">
        {numbers === null ? <i class="bone" /> : p75 === null ? <span class="faint">–</span> : inUnit(p75, unit)}
      </span>
      <Sparkline values={series} tone="info" />
      <span class="band-rating">{numbers ? <RatingWord rating={numbers.rating} /> : '\u00a0'}</span>
      <ShareBar shares={numbers ?? { good: null, needsImprovement: null, poor: null }} />
      <span class="band-shares">{(numbers && sharesInWords(numbers)) || '\u00a0'}</span>
      <span class={`stat-trend trend-${change?.tone ?? 'plain'}`}>
        {change && p75 !== null ? `${change.arrow} ${change.text}`.trim() : '\u00a0'}
      </span>
    </button>
  );
}
