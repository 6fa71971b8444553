import { VITALS, type VitalName, type VitalsSummary } from '../../../wire/vitals.ts';
import { PercentileBand } from '../../components/chart/percentile-band.tsx';
import { setParams } from '../../state/route.ts';
import type { Sparks } from './use-vitals.ts';
import { changeOf, unitOf, VITAL_NAMES } from './words.ts';

const NO_SHAPE: readonly number[] = [];

interface BandsProps {
  summary: VitalsSummary | null;
  sparks: Sparks;
  vital: VitalName;
  /** Older than what was asked for. */
  stale: boolean;
}

/** The headline figures. FID was given up by browsers for INP: it is there only where somebody still sends it. */
export function Bands({ summary, sparks, vital, stale }: BandsProps) {
  const itemOf = (name: VitalName) => summary?.items.find((item) => item.name === name) ?? null;
  const names = VITALS.filter((name) => name !== 'FID' || (itemOf(name)?.count ?? 0) > 0 || vital === 'FID');
  return (
    <div class={stale ? 'bands is-stale' : 'bands'} role="group" aria-label="Vitals">
      {names.map((name) => {
        const item = itemOf(name);
        return (
          <PercentileBand
            key={name}
            label={name}
            name={VITAL_NAMES[name]}
            unit={unitOf(name)}
            numbers={item}
            change={item ? changeOf(name, item.change.p75) : null}
            series={sparks.get(name) ?? NO_SHAPE}
            chosen={name === vital}
            onChoose={() => setParams({ vital: name === 'LCP' ? null : name })}
          />
        );
      })}
    </div>
  );
}
