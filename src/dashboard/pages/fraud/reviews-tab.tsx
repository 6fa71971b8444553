import { useState } from 'preact/hooks';
import type { FraudEvent, Verdict } from '../../../wire/fraud.ts';
import { listReviews } from '../../api/fraud.ts';
import type { Project } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { Link } from '../../components/link.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { mayDecide } from '../../state/roles.ts';
import { hrefOf, param, setParams } from '../../state/route.ts';
import { usePaged } from '../../state/use-paged.ts';
import { useShortcuts } from '../../state/use-shortcuts.ts';
import { EventDrawer } from './event-drawer.tsx';
import { EventGrid } from './event-grid.tsx';
import { judged } from './event-list.ts';
import { decider } from './use-decide.ts';
import { useOpenEvent } from './use-open-event.ts';

const KEYS: readonly [string, Verdict][] = [
  ['f', 'fraud'],
  ['l', 'legitimate'],
  ['u', 'unsure'],
];

/** What waits for a person, and what persons have said. Verdicts feed back into later scores. */
export function ReviewsTab({ project }: { project: Project }) {
  const status = param('status') === 'decided' ? 'decided' : 'open';
  const paged = usePaged(
    `${project.id} ${status}`,
    ({ id }: FraudEvent) => id,
    (cursor, signal) => listReviews(project.id, status, cursor, signal),
  );
  const [activeId, setActive] = useState<string | null>(null);
  const [noteAsked, setNoteAsked] = useState(0);
  const { list, error, loading } = paged;
  const rows = list?.rows ?? [];
  const openId = param('event');
  const { open, decided } = useOpenEvent(project.id, list?.rows ?? null);
  const decide = decider(project.id, (id, verdict) => {
    paged.change(judged(id, verdict));
    decided(id, verdict);
  });
  // With a drawer the keys are about what is in it, and about nothing while that is on its way.
  const active = open === null ? rows.find(({ id }) => id === activeId) : open.kind === 'open' ? open.event : undefined;
  const say = (verdict: Verdict) => {
    if (active) void decide(active, verdict, '');
  };
  const openEvent = (id: string) => setParams({ event: id }, openId === '' ? 'push' : 'replace');
  const note = () => {
    if (!active) return;
    openEvent(active.id);
    setNoteAsked((n) => n + 1);
  };
  useShortcuts(
    mayDecide.value
      ? [
          ...KEYS.map(([keys, verdict]) => ({
            ...{ keys, label: `Verdict: ${verdict}`, group: 'Lists' as const },
            run: () => say(verdict),
          })),
          { keys: 'n', label: 'Verdict with a note', group: 'Lists', run: note },
        ]
      : [],
  );
  return (
    <section class="card fraud-stream" aria-label="Reviews">
      <div class="fraud-filters">
        <nav class="fraud-switch" aria-label="Which reviews">
          <Link href={hrefOf('/fraud/reviews', {}, 'frame')} current={status === 'open'}>
            Open
          </Link>
          <Link href={hrefOf('/fraud/reviews', { status: 'decided' }, 'frame')} current={status === 'decided'}>
            Decided
          </Link>
        </nav>
        {mayDecide.value ? (
          <p class="faint fraud-keys">
            <kbd>j</kbd> <kbd>k</kbd> move, <kbd>f</kbd> fraud, <kbd>l</kbd> legitimate, <kbd>u</kbd> unsure,{' '}
            <kbd>n</kbd> note
          </p>
        ) : null}
        <span class="grow" />
        <Button small icon="refresh" onClick={paged.reload}>
          Look again
        </Button>
      </div>
      <div class="logs-body">
        <div class={`results${loading && list ? ' is-stale' : ''}`} aria-busy={loading}>
          {error && list ? <Failure line what="Not updated" error={error} onRetry={paged.reload} /> : null}
          {list === null ? (
            error ? (
              <Failure what="The reviews could not be loaded" error={error} onRetry={paged.reload} />
            ) : (
              <Skeleton rows={14} label="Loading reviews" />
            )
          ) : rows.length === 0 ? (
            <Nothing status={status} />
          ) : (
            <EventGrid
              label={status === 'open' ? 'Open reviews' : 'Decided reviews'}
              rows={rows}
              showDay
              openId={open === null ? null : openId}
              onOpen={({ id }) => {
                setNoteAsked(0);
                openEvent(id);
              }}
              onActive={({ id }) => setActive(id)}
              {...(error ? {} : { onEnd: paged.more })}
              footer={list.cursor === null ? <p class="list-end">These are all.</p> : null}
            />
          )}
        </div>
        {open ? (
          <EventDrawer
            open={open}
            noteAsked={noteAsked}
            onDecide={(event, verdict, text) => void decide(event, verdict, text)}
          />
        ) : null}
      </div>
    </section>
  );
}

function Nothing({ status }: { status: 'open' | 'decided' }) {
  return status === 'open' ? (
    <Empty icon="check" title="Nobody waits for a review">
      <p>An event comes here when its score reaches the threshold for a review. The thresholds are under Rules.</p>
      <Link href={hrefOf('/fraud/rules', {}, 'frame')}>Open the rules</Link>
    </Empty>
  ) : (
    <Empty title="No review is decided yet">
      <p>Verdicts that are given stay here, and can be changed at any time.</p>
      <Link href={hrefOf('/fraud/reviews', {}, 'frame')}>Open the queue</Link>
    </Empty>
  );
}
