import type { VitalName } from '../../../wire/vitals.ts';
import type { Scope } from '../../api/query.ts';
import { getVitalsSummary } from '../../api/vitals.ts';
import { Link } from '../../components/link.tsx';
import { RatingWord } from '../../components/rating.tsx';
import { exactly, inUnit } from '../../lib/units.ts';
import { wholeMinutes } from '../../lib/whole-minutes.ts';
import { hrefOf } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';

const CORE: readonly VitalName[] = ['LCP', 'INP', 'CLS'];

/** How fast the pages are, where somebody measures that. Last of its column: it moves nothing when it comes. */
export function VitalsPanel({ scope }: { scope: Scope }) {
  const { project, fromMs, toMs } = scope;
  const question = { project, ...wholeMinutes({ fromMs, toMs }), filters: {}, askedMs: toMs };
  const { data } = useResource(JSON.stringify(question), (signal) => getVitalsSummary(question, signal));
  const items = data?.items.filter(({ name }) => CORE.includes(name)) ?? [];
  if (items.every(({ count }) => count === 0)) return null;
  return (
    <section class="card panel vitals-panel" aria-label="Vitals">
      <h2>
        <Link href={hrefOf('/vitals', {}, 'frame')}>Vitals</Link>
      </h2>
      <ul>
        {items.map(({ name, unit, p75, rating }) => (
          <li key={name} {...(p75 === null ? {} : { title: `${exactly(p75, unit)} at the 75th percentile` })}>
            <Link href={hrefOf('/vitals', { vital: name }, 'frame')}>{name}</Link>
            <strong>{p75 === null ? '–' : inUnit(p75, unit)}</strong>
            <RatingWord rating={rating} />
          </li>
        ))}
      </ul>
    </section>
  );
}
