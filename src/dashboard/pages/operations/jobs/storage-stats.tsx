import type { JobStatus, StorageUse } from '../../../../wire/jobs.ts';
import { Stat } from '../../../components/stat.tsx';
import { bytes, compact, dateTime, exact, plural } from '../../../lib/format.ts';
import { fullnessWords } from './job-words.ts';

const LABELS: Readonly<Record<StorageUse['objects'][number]['kind'], string>> = {
  archive: 'Archives',
  manifest: 'Manifests',
  warehouse: 'Warehouse',
  source_map: 'Source maps',
};

/** null while it is not known: its place is the same. */
export function StorageStats({ use, jobs }: { use: StorageUse | null; jobs: readonly JobStatus[] | null }) {
  const fullness = use && fullnessWords(use);
  const objects =
    use?.objects ??
    Object.keys(LABELS).map((kind) => ({ kind: kind as keyof typeof LABELS, objects: null, bytes: null }));
  const failures = jobs?.reduce((sum, one) => sum + one.failures, 0) ?? 0;
  return (
    <section class="stats job-stats" aria-label="Figures">
      <Stat
        label="Jobs"
        tone="plain"
        value={jobs && compact(jobs.length)}
        trend={jobs && { text: `${plural(failures, 'failure')} so far`, tone: 'plain' }}
      />
      <Stat
        label="Database"
        tone="plain"
        value={use && bytes(use.databaseBytes)}
        title={use ? `${exact(use.databaseBytes)} of ${exact(use.databaseLimitBytes)} bytes` : ''}
        trend={fullness && { text: fullness.text, tone: fullness.tone === 'bad' ? 'bad' : 'plain' }}
      />
      {objects.map(({ kind, objects: count, bytes: size }) => (
        <Stat
          key={kind}
          label={LABELS[kind]}
          tone="plain"
          value={count === null ? null : size === null ? compact(count) : bytes(size)}
          title={use ? `In R2, as counted ${dateTime(use.measuredAtMs)}` : ''}
          trend={count === null ? null : { text: size === null ? 'objects' : plural(count, 'object'), tone: 'plain' }}
        />
      ))}
    </section>
  );
}
