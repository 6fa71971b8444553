import { NONE, type OperationMetrics } from '../../../wire/operations.ts';
import type { OperationFilter } from '../../api/operations.ts';
import { BarList } from '../../components/bar-list.tsx';
import { Skeleton } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { exact, percent } from '../../lib/format.ts';
import { labelTerm } from '../../lib/label-filters.ts';
import { quoteValue } from '../../lib/query-edit.ts';
import { go, hrefOf } from '../../state/route.ts';

interface ReasonsProps {
  filter: OperationFilter;
  /** null while loading. */
  metrics: OperationMetrics | null;
}

const ROWS = 10;

/** Why operations failed; each reason leads to its records. */
export function Reasons({ filter, metrics }: ReasonsProps) {
  return (
    <section class="card panel" aria-label="Why they failed">
      <h2>Why they failed</h2>
      {metrics === null ? (
        <Skeleton rows={5} label="Loading reasons" />
      ) : metrics.reasons.length === 0 ? (
        <p class="faint">None failed, or none that did says why.</p>
      ) : (
        <BarList
          entries={metrics.reasons.slice(0, ROWS).map(({ reason, count, share }) => ({
            ...{ value: reason, count, title: `${exact(count)} failures, ${percent(share)} of all` },
            ...(reason === NONE ? { text: 'no reason given' } : {}),
          }))}
          tone="bad"
          what="failures"
          onChoose={(reason) => go(failuresHref(filter, reason))}
        />
      )}
      {metrics?.reasonsFrom.complete === false ? (
        <p class="faint">
          Counted from <Time ms={metrics.reasonsFrom.countedFromMs} /> on: one request may only read so much.
        </p>
      ) : null}
    </section>
  );
}

function failuresHref({ scope, gateway, operation }: OperationFilter, reason: string): string {
  const q = [
    `scope:${quoteValue(scope)}`,
    labelTerm('reason', reason),
    ...(gateway === '' ? [] : [labelTerm('gateway', gateway)]),
    ...(operation === '' ? [] : [labelTerm('operation', operation)]),
  ].join(' ');
  return hrefOf('/logs', { q, stream: 'operations' }, 'frame');
}
