import { useMemo, useState } from 'preact/hooks';
import type { Anomaly, OperationScope } from '../../../wire/operations.ts';
import {
  getOperationHistory,
  getOperationMetrics,
  getOperationTrends,
  type OperationFilter,
} from '../../api/operations.ts';
import type { Project } from '../../api/types.ts';
import { ExportMenu } from '../../components/chart/export-menu.tsx';
import { Failure, Notice, Skeleton } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import type { Span } from '../../lib/range.ts';
import { now } from '../../state/clock.ts';
import { span } from '../../state/range.ts';
import { param, setParams } from '../../state/route.ts';
import { useLiveRefresh } from '../../state/use-live-refresh.ts';
import { useResource } from '../../state/use-resource.ts';
import { Anomalies } from './anomalies.tsx';
import { Comparison, comparisonCsv, comparisonRows } from './comparison.tsx';
import { NoOperations } from './no-operations.tsx';
import { OperationChips } from './operation-chips.tsx';
import { OperationStats } from './operation-stats.tsx';
import { countedBy, hoursWords, isOtherTime, operationTime } from './operation-time.ts';
import { Reasons } from './reasons.tsx';
import { TrendPanel } from './trend-panel.tsx';
import { useAnomalies } from './use-anomalies.ts';

/** One scope: how many, how well, how fast, through which gateway. */
export function ScopePage({ project, scope }: { project: Project; scope: OperationScope }) {
  const { fromMs, toMs } = span.value;
  const chosen = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs]);
  const time = useMemo(() => operationTime(chosen, now()), [chosen]);
  const gateway = scope === 'p2p' ? param('gateway') : '';
  const operation = param('operation');
  const filter = useMemo<OperationFilter>(
    () => ({ project: project.id, scope, gateway, operation }),
    [project.id, scope, gateway, operation],
  );
  const { hours, interval } = time;
  // `chosen` is another one with each refresh.
  const key = JSON.stringify([filter, hours, chosen]);
  const metrics = useResource(key, (signal) => getOperationMetrics(filter, hours, signal));
  const history = useResource(key, (signal) => getOperationHistory(filter, hours, signal));
  const counts = useResource(key, (signal) => getOperationTrends(filter, { metric: 'count', interval, hours }, signal));
  const anomalies = useAnomalies(filter, chosen);
  const { data, error, loading } = metrics;
  const [reading, setReading] = useState(false);
  useLiveRefresh(reading, error !== null);
  const courses = useMemo(
    () => new Map(counts.data?.series.map(({ label, points }) => [label, points.map(([, value]) => value ?? 0)]) ?? []),
    [counts.data],
  );
  if (error && data === null) {
    return <Failure what="The operations could not be loaded" error={error} onRetry={metrics.reload} />;
  }
  if (data && data.total.count === 0) {
    return (
      <>
        <OperationChips filter={filter} hint="" />
        <NoOperations filter={filter} />
      </>
    );
  }
  // Of one gateway its operations are compared.
  const told = scope === 'p2p' && gateway === '' ? 'gateway' : 'operation';
  const choices = scope === 'p2p' ? COMPARISONS : COMPARISONS.filter(({ id }) => id === 'operation');
  const by = COMPARISONS.find(({ id }) => id === (param('by') || told)) ?? COMPARISONS[0];
  return (
    <div class={`operations-body${loading && data ? ' is-stale' : ''}`}>
      <div class="operations-bar">
        <OperationChips
          filter={filter}
          hint={`All ${scope === 'p2p' ? 'gateways' : 'operations'}: a name in the table narrows to it`}
        />
        <Counted counted={data ?? countedBy(time, now())} span={chosen} />
      </div>
      {error ? <Failure line what="Not updated" error={error} onRetry={metrics.reload} /> : null}
      {data?.complete === false ? (
        <Notice tone="warn">
          One request may only read so much: counted from <Time ms={data.countedFromMs} /> on. Choose a shorter time, or
          fewer filters.
        </Notice>
      ) : null}
      <OperationStats metrics={data} history={history.data} />
      <TrendPanel filter={filter} time={time} span={chosen} anomalies={anomalies.data?.items ?? NO_ANOMALIES} />
      <div
        class="columns"
        onPointerEnter={(event) => setReading(event.pointerType === 'mouse')}
        onPointerLeave={() => setReading(false)}
      >
        <section class="card operations-table" aria-label="Comparison">
          <header class="card-head">
            <h2>{by.title}</h2>
            {choices.length > 1 ? (
              <div class="switch" role="group" aria-label="Compare by">
                {choices.map(({ id, label }) => (
                  <button
                    key={id}
                    type="button"
                    aria-pressed={id === by.id}
                    onClick={() => setParams({ by: id === told ? null : id }, 'replace')}
                  >
                    {label}
                  </button>
                ))}
              </div>
            ) : null}
            <ExportMenu
              title={`${by.title}, the last ${hoursWords(hours)}`}
              rows={data ? () => comparisonCsv(comparisonRows(data, by.id)) : null}
            />
          </header>
          {data ? (
            <Comparison
              label={by.title}
              rows={comparisonRows(data, by.id)}
              by={by.id === 'both' ? ['gateway', 'operation'] : [by.id]}
              courses={by.id === told ? courses : null}
            />
          ) : (
            <Skeleton rows={8} label="Loading the comparison" />
          )}
        </section>
        <div class="side">
          <Reasons filter={filter} metrics={data} />
          <Anomalies anomalies={anomalies} />
        </div>
      </div>
    </div>
  );
}

/** Whole hours are counted, up to now: said where that is not the time that was chosen. */
function Counted({ counted, span: chosen }: { counted: Span & { hours: number }; span: Span }) {
  const last = `The last ${hoursWords(counted.hours)}`;
  if (!isOtherTime(counted, chosen)) return <p class="faint">{last}</p>;
  return (
    <p>
      {last}, from <Time ms={counted.fromMs} />: figures are of whole hours up to now, the chart is of the chosen time.
    </p>
  );
}

const NO_ANOMALIES: readonly Anomaly[] = [];

const COMPARISONS = [
  { id: 'gateway', label: 'Gateways', title: 'By gateway' },
  { id: 'operation', label: 'Operations', title: 'By operation' },
  { id: 'both', label: 'Both', title: 'By gateway and operation' },
] as const;
