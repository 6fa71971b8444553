import type { Anomaly, AnomalyPage } from '../../../wire/operations.ts';
import type { Note } from '../../components/chart/notes.ts';
import { Icon } from '../../components/icon.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { setRange } from '../../state/range.ts';
import type { Resource } from '../../state/use-resource.ts';

const HOUR_MS = 3_600_000;
/** What was usual is seen beside it. */
const AROUND_MS = 6 * HOUR_MS;
const MOST = 20;

/** Hours that were not as such hours are, each in a sentence. */
export function Anomalies({ anomalies }: { anomalies: Resource<AnomalyPage> }) {
  const { data, error, reload } = anomalies;
  const shown = data?.items ?? [];
  return (
    <section class="card panel" aria-label="Out of the usual">
      <h2>Out of the usual</h2>
      {error && data === null ? <Failure line what="Not loaded" error={error} onRetry={reload} /> : null}
      {data === null && !error ? <Skeleton rows={3} label="Looking for what is out of the usual" /> : null}
      {data && shown.length === 0 ? (
        <p class="faint">No hour of this time was out of what is usual at its hour of the week.</p>
      ) : null}
      <ul class="anomalies">
        {shown.slice(0, MOST).map((anomaly) => (
          <li key={keyOf(anomaly)} class={isBad(anomaly) ? 'anomaly-bad' : ''}>
            <Icon name={isBad(anomaly) ? 'warn' : 'info'} />
            <span>
              {anomaly.reason}{' '}
              <button
                type="button"
                class="text-button"
                title="Show the hours around it"
                onClick={() =>
                  setRange({ kind: 'fixed', fromMs: anomaly.ts - AROUND_MS, toMs: anomaly.ts + HOUR_MS + AROUND_MS })
                }
              >
                <Time ms={anomaly.ts} />
              </button>
            </span>
          </li>
        ))}
      </ul>
      {shown.length > MOST ? <p class="faint">And {shown.length - MOST} more.</p> : null}
      {data?.complete === false ? (
        <p class="faint">Not all hours of this time could be looked at: choose a shorter one.</p>
      ) : null}
    </section>
  );
}

function keyOf({ name, stat, label, ts }: Anomaly): string {
  return JSON.stringify([name, stat, label, ts]);
}

/** Fewer failures and shorter times are out of the usual too, and no trouble. */
function isBad({ stat, score }: Anomaly): boolean {
  return stat === 'count' ? score < 0 : score > 0;
}

/** For the chart: an hour may have several, of which the farthest out comes first. */
export function notesOf(anomalies: readonly Anomaly[]): Note[] {
  return anomalies.map(({ ts, reason }) => ({ fromMs: ts, toMs: ts + HOUR_MS, text: reason }));
}
