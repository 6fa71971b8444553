import type { Facets } from '../../api/types.ts';
import { BarList } from '../../components/bar-list.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import type { Resource } from '../../state/use-resource.ts';

interface TopServicesProps {
  errors: Resource<Facets>;
  all: Resource<Facets>;
  onErrors: (service: string) => void;
  onService: (service: string) => void;
}

export function TopServices({ errors, all, onErrors, onService }: TopServicesProps) {
  return (
    <>
      <Panel title="Errors by service" facets={errors} tone="bad" none="No service has errors." onChoose={onErrors} />
      <Panel
        title="Records by service"
        facets={all}
        tone="plain"
        none="No records in this time."
        onChoose={onService}
      />
    </>
  );
}

interface PanelProps {
  title: string;
  facets: Resource<Facets>;
  tone: 'bad' | 'plain';
  none: string;
  onChoose: (value: string) => void;
}

const ROWS = 6;

function Panel({ title, facets, tone, none, onChoose }: PanelProps) {
  const values = facets.data?.facets[0]?.values;
  return (
    <section class="card panel" aria-label={title}>
      <h2>{title}</h2>
      {facets.error && !values ? <Failure what="Not loaded" error={facets.error} onRetry={facets.reload} /> : null}
      {!values && facets.loading ? <Skeleton rows={ROWS} label={`Loading ${title.toLowerCase()}`} /> : null}
      {values?.length === 0 ? <p class="faint">{none}</p> : null}
      {values ? <BarList entries={values} tone={tone} onChoose={onChoose} /> : null}
    </section>
  );
}
