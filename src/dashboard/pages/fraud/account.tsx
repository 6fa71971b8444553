import { useState } from 'preact/hooks';
import type { FraudEvent, Reference } from '../../../wire/fraud.ts';
import { endSessions, getGraph, getHistory, getReferences } from '../../api/fraud.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmByName } from '../../components/confirm-by-name.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { exact, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { mayDecide } from '../../state/roles.ts';
import { param, setParams } from '../../state/route.ts';
import { say } from '../../state/toasts.ts';
import { usePaged } from '../../state/use-paged.ts';
import { useResource } from '../../state/use-resource.ts';
import { AccountGraphView } from './account-graph.tsx';
import { EventDrawer } from './event-drawer.tsx';
import { EventGrid } from './event-grid.tsx';
import { judged } from './event-list.ts';
import { decider } from './use-decide.ts';
import { useOpenEvent } from './use-open-event.ts';
import { REFERENCE_WORDS } from './words.ts';

interface AccountProps {
  project: string;
  userId: string;
}

export function Account({ project, userId }: AccountProps) {
  const [ending, setEnding] = useState(false);
  const graph = useResource(`${project} ${userId}`, (signal) => getGraph(project, userId, signal));
  const references = useResource(`${project} ${userId}`, (signal) => getReferences(project, userId, signal));
  return (
    <>
      <header class="page-head">
        <h2 class="grow fraud-user">
          <bdi>{userId}</bdi>
        </h2>
        {mayDecide.value ? (
          <Button kind="danger" onClick={() => setEnding(true)}>
            End all sessions
          </Button>
        ) : null}
      </header>
      <div class="fraud-two">
        <section class="card panel fraud-graph-panel" aria-label="Linked accounts">
          <h2>Linked accounts</h2>
          {graph.error ? (
            <Failure line what="The graph could not be loaded" error={graph.error} onRetry={graph.reload} />
          ) : graph.data === null ? (
            <Skeleton rows={8} label="Loading the graph" />
          ) : graph.data.nodes.length < 2 ? (
            <p class="faint">No device or reference of this account is known.</p>
          ) : (
            <>
              {graph.data.cut ? (
                <Notice tone="info">There is more than is shown: the nearest come first.</Notice>
              ) : null}
              <AccountGraphView graph={graph.data} userId={userId} />
            </>
          )}
        </section>
        <section class="card panel fraud-references-panel" aria-label="References">
          <h2>References</h2>
          {references.error ? (
            <Failure
              line
              what="The references could not be loaded"
              error={references.error}
              onRetry={references.reload}
            />
          ) : references.data === null ? (
            <Skeleton rows={4} label="Loading references" />
          ) : references.data.items.length === 0 ? (
            <p class="faint">No phone, e-mail or device is registered for this account.</p>
          ) : (
            <DataTable
              label="References of the account"
              columns={REFERENCE_COLUMNS}
              rows={references.data.items}
              keyOf={({ type, reference }) => `${type} ${reference}`}
            />
          )}
        </section>
      </div>
      <History project={project} userId={userId} />
      {ending ? (
        <ConfirmByName
          title="End all sessions of this user"
          name={userId}
          action="End all sessions"
          submit={async () => {
            const answer = await endSessions(project, userId);
            return answer.ok ? { ...answer, value: undefined } : answer;
          }}
          onDone={() => {
            setEnding(false);
            say('All fraud sessions of the user have ended');
          }}
          onClose={() => setEnding(false)}
        >
          Every browser of the user has to sign in again to your product, where it asks for a fraud session. This cannot
          be undone.
        </ConfirmByName>
      ) : null}
    </>
  );
}

const REFERENCE_COLUMNS: Column<Reference>[] = [
  { id: 'type', label: 'Kind', sort: ({ type }) => type, cell: ({ type }) => REFERENCE_WORDS[type] ?? type },
  {
    id: 'reference',
    label: 'Reference',
    cell: ({ reference }) => (
      <code class="clip fraud-ref" title={reference}>
        {reference}
      </code>
    ),
  },
  {
    id: 'accounts',
    label: 'Accounts',
    numeric: true,
    sort: ({ accounts }) => accounts,
    cell: ({ accounts }) => exact(accounts),
  },
  {
    id: 'seen',
    label: 'Last seen',
    sort: ({ lastSeenAtMs }) => lastSeenAtMs,
    cell: ({ lastSeenAtMs }) => <Time ms={lastSeenAtMs} format={(ms) => relative(ms, now())} />,
  },
];

function History({ project, userId }: AccountProps) {
  const paged = usePaged(
    `${project} ${userId}`,
    ({ id }: FraudEvent) => id,
    (cursor, signal) => getHistory(project, userId, cursor, signal),
  );
  const { list, error, loading } = paged;
  const rows = list?.rows ?? [];
  const openId = param('event');
  const { open, decided } = useOpenEvent(project, list?.rows ?? null);
  const decide = decider(project, (id, verdict) => {
    paged.change(judged(id, verdict));
    decided(id, verdict);
  });
  const isEmpty = rows.length === 0;
  return (
    <section class="card fraud-stream fraud-history" aria-label="History">
      <div class="fraud-filters">
        <h2>History</h2>
      </div>
      <div class="logs-body">
        <div class="results" aria-busy={loading}>
          {error && list ? (
            <Failure line what="The rest could not be loaded" error={error} onRetry={paged.more} />
          ) : null}
          {list === null ? (
            error ? (
              <Failure what="The history could not be loaded" error={error} onRetry={paged.reload} />
            ) : (
              <Skeleton rows={8} label="Loading history" />
            )
          ) : isEmpty ? (
            <Empty title="No event of this user">
              <p>
                Events are kept for 90 days. Check how your product writes the user id: it is compared letter by letter.
              </p>
            </Empty>
          ) : (
            <EventGrid
              label="History, newest first"
              rows={rows}
              showDay
              openId={open === null ? null : openId}
              onOpen={({ id }) => setParams({ event: id }, open ? 'replace' : 'push')}
              {...(error ? {} : { onEnd: paged.more })}
              footer={list.cursor === null ? <p class="list-end">This is everything that is kept.</p> : null}
            />
          )}
        </div>
        {open ? (
          <EventDrawer open={open} onDecide={(event, verdict, note) => void decide(event, verdict, note)} />
        ) : null}
      </div>
    </section>
  );
}
