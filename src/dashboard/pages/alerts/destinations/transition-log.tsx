import type { BreakerTransition, DestinationHealth } from '../../../../wire/delivery.ts';
import { listTransitions } from '../../../api/destinations.ts';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { Failure, Skeleton } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { callsThen, transitionWords } from '../../../lib/delivery-words.ts';
import { BREAKER_TONES, BREAKER_WORDS } from '../../../lib/pulse-parts.ts';
import { useResource } from '../../../state/use-resource.ts';

interface TransitionLogProps {
  project: string;
  id: string;
  health: DestinationHealth | 'away' | null;
}

/** How the breaker came where it stands, the newest first. */
export function TransitionLog({ project, id, health }: TransitionLogProps) {
  const breaker = health === null || health === 'away' ? null : health.breaker;
  // A new state is a new line of the log.
  const key = JSON.stringify([project, id, breaker?.sinceMs, breaker?.state]);
  const log = useResource(key, (signal) => listTransitions(project, id, signal));
  return (
    <section class="card detail-card" aria-label="What the breaker did">
      <h2>What the breaker did</h2>
      {log.data === null ? (
        log.error ? (
          <Failure line what="Its log could not be loaded" error={log.error} onRetry={log.reload} />
        ) : (
          <Skeleton rows={5} label="Loading what the breaker did" />
        )
      ) : log.data.items.length === 0 ? (
        <p class="faint">It has been closed ever since.</p>
      ) : (
        <DataTable
          label="What the breaker did"
          columns={COLUMNS}
          rows={log.data.items}
          keyOf={({ atMs, to }) => `${atMs} ${to}`}
        />
      )}
    </section>
  );
}

const COLUMNS: Column<BreakerTransition>[] = [
  { id: 'at', label: 'Time', cell: ({ atMs }) => <Time ms={atMs} /> },
  {
    id: 'to',
    label: 'Became',
    cell: ({ to, reason }) => (
      <StatusDot tone={BREAKER_TONES[to]}>{reason === 'isolated' ? 'isolated' : BREAKER_WORDS[to]}</StatusDot>
    ),
  },
  {
    id: 'why',
    label: 'Because',
    cell: (transition) => (
      <span class="two-lines">
        <span>{transitionWords(transition)}</span>
        {transition.by === null ? null : (
          <span class="faint clip">
            <bdi>{transition.by}</bdi>
          </span>
        )}
      </span>
    ),
  },
  {
    id: 'rate',
    label: 'Calls then',
    numeric: true,
    cell: callsThen,
  },
];
