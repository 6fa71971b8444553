import type { Breach } from '../../../../../wire/compliance.ts';
import { getReport, reportUrl } from '../../../../api/breaches.ts';
import { listRegimes } from '../../../../api/regimes.ts';
import { Icon } from '../../../../components/icon.tsx';
import { Failure, Skeleton } from '../../../../components/states.tsx';
import { StatusDot } from '../../../../components/status-dot.tsx';
import { useResource } from '../../../../state/use-resource.ts';
import { SECTION_WORDS } from '../breach-words.ts';

/** The document for the authority of each law, and what it still lacks. */
export function ReportCard({ breach }: { breach: Breach }) {
  const regimes = useResource('regimes', listRegimes);
  // A law that is not known now is told apart by its id.
  const nameOf = (regime: string) => regimes.data?.items.find(({ id }) => id === regime)?.name ?? regime;
  return (
    <section class="card detail-card" aria-label="Report to the authority">
      <h2>Report to the authority</h2>
      {breach.regimeIds.map((regime) => (
        <Report key={regime} breach={breach} regime={regime} name={nameOf(regime)} />
      ))}
    </section>
  );
}

interface ReportProps {
  breach: Breach;
  regime: string;
  name: string;
}

function Report({ breach: { id, version, affected }, regime, name }: ReportProps) {
  const { data, error, reload } = useResource(`${id} ${regime} ${version} ${affected.users}`, (signal) =>
    getReport(id, regime, signal),
  );
  return (
    <div class="breach-report">
      <div class="detail-card-head">
        <h3 class="grow">{name}</h3>
        {(['html', 'json'] as const).map((format) => (
          <a
            key={format}
            class="button button-plain button-small"
            href={reportUrl(id, regime, format)}
            aria-label={`${format === 'html' ? 'Document' : 'JSON'} for ${name}`}
            download
          >
            <Icon name="download" />
            <span>{format === 'html' ? 'Document' : 'JSON'}</span>
          </a>
        ))}
      </div>
      {error ? <Failure line what="What it lacks is not known now" error={error} onRetry={reload} /> : null}
      {data ? (
        data.missing.length === 0 ? (
          <StatusDot tone="ok">It has all that this law asks for</StatusDot>
        ) : (
          <StatusDot tone="warn">
            It lacks {data.missing.map((section) => SECTION_WORDS[section] ?? section).join(', ')}
          </StatusDot>
        )
      ) : error ? null : (
        <Skeleton rows={1} label="Loading the report" />
      )}
    </div>
  );
}
