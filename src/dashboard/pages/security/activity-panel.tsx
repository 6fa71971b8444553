import { useState } from 'preact/hooks';
import { listEvents } from '../../api/factors.ts';
import type { ApiError } from '../../api/http.ts';
import type { List, SecurityEvent } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { Time } from '../../components/time.tsx';
import { detailWords } from '../../lib/event-detail.ts';
import { eventWords } from '../../lib/event-words.ts';
import type { Resource } from '../../state/use-resource.ts';
import { Loaded, Panel } from './panel.tsx';

const SHOWN_AT_FIRST = 15;
const OLDER = 100;

export function ActivityPanel({ events }: { events: Resource<List<SecurityEvent>> }) {
  return (
    <Panel title="Recent activity">
      <Loaded what="Recent activity" resource={events}>
        {(first) =>
          first.items.length === 0 ? (
            <Empty title="Nothing has happened yet">
              <p>Sign-ins, failures and changes of your password and second factor are listed here.</p>
            </Empty>
          ) : (
            // A newer first page is another list: what was loaded behind the old one starts anew.
            <Activity key={first.items[0]?.seq} first={first} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Activity({ first }: { first: List<SecurityEvent> }) {
  const [older, setOlder] = useState<List<SecurityEvent>>({ items: [], nextCursor: first.nextCursor });
  const [shown, setShown] = useState(SHOWN_AT_FIRST);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const items = [...first.items, ...older.items];

  const more = async () => {
    setShown(shown + OLDER);
    if (items.length >= shown + OLDER || older.nextCursor === null) return;
    setBusy(true);
    setError(null);
    const answer = await listEvents({ limit: OLDER, cursor: older.nextCursor });
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    setOlder({ items: [...older.items, ...answer.value.items], nextCursor: answer.value.nextCursor });
  };
  return (
    <>
      <DataTable
        label="Recent activity"
        columns={COLUMNS}
        rows={items.slice(0, shown)}
        keyOf={(event) => String(event.seq)}
      />
      {error ? (
        <Failure line what="Older activity could not be loaded" error={error} onRetry={() => void more()} />
      ) : null}
      {items.length > shown || older.nextCursor !== null ? (
        <p class="card-foot">
          <Button small busy={busy} onClick={() => void more()}>
            Show older
          </Button>
        </p>
      ) : null}
    </>
  );
}

const COLUMNS: Column<SecurityEvent>[] = [
  { id: 'at', label: 'When', cell: (event) => <Time ms={event.atMs} /> },
  {
    id: 'what',
    label: 'What',
    cell: (event) => {
      const { text, tone } = eventWords(event.action);
      const detail = detailWords(event.action, event.detail);
      return (
        <span class="two-lines">
          <StatusDot tone={tone}>{text}</StatusDot>
          {detail === '' ? null : (
            <span class="faint">
              <bdi>{detail}</bdi>
            </span>
          )}
        </span>
      );
    },
  },
  // No address is told of what somebody else did to the account, which only administrators can.
  {
    id: 'address',
    label: 'From',
    cell: ({ address }) => (address === null ? 'an administrator' : <code>{address}</code>),
  },
];
