import { VITAL_THRESHOLDS, type VitalName, type VitalsDistribution } from '../../../wire/vitals.ts';
import { Histogram } from '../../components/chart/histogram.tsx';
import type { Resource } from '../../state/use-resource.ts';
import { unitOf } from './words.ts';

interface DistributionProps {
  vital: VitalName;
  distribution: Resource<VitalsDistribution>;
  heightPx: number;
}

/** How often which value was measured. */
export function Distribution({ vital, distribution, heightPx }: DistributionProps) {
  const { data, error, loading, reload } = distribution;
  const p75 = data?.numbers.p75 ?? null;
  return (
    <section class="card panel" aria-label={`Distribution of ${vital}`}>
      <header class="vitals-head">
        <h2>Distribution</h2>
      </header>
      <Histogram
        title={`Distribution of ${vital}`}
        what={['measurement', 'measurements']}
        unit={unitOf(vital)}
        bins={data?.items ?? null}
        thresholds={VITAL_THRESHOLDS[vital]}
        shares={data?.numbers ?? null}
        mark={p75 === null ? null : { value: p75, label: 'p75' }}
        heightPx={heightPx}
        stale={loading && data !== null}
        onRetry={error ? reload : null}
      />
    </section>
  );
}
