import { useState } from 'preact/hooks';
import { revokeSession } from '../../api/auth.ts';
import type { List, SessionRow } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmByName } from '../../components/confirm-by-name.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { countryName } from '../../lib/country.ts';
import { deviceOf } from '../../lib/device.ts';
import { minute, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { signOutEverywhere, user } from '../../state/session.ts';
import { say, sayError } from '../../state/toasts.ts';
import type { Resource } from '../../state/use-resource.ts';
import { Loaded, Panel } from './panel.tsx';

interface SessionsPanelProps {
  sessions: Resource<List<SessionRow>>;
  onEnded: () => void;
}

export function SessionsPanel({ sessions, onEnded }: SessionsPanelProps) {
  const [confirming, setConfirming] = useState(false);
  const me = user.value;
  const end = async (session: SessionRow) => {
    const answer = await revokeSession(session.id);
    if (!answer.ok) return sayError('The session was not ended', answer.error);
    onEnded();
    say(`Ended the session of ${deviceOf(session.lastUserAgent ?? session.userAgent)}`);
  };
  return (
    <Panel
      title="Sessions and devices"
      class="security-sessions"
      action={
        <Button small kind="danger" onClick={() => setConfirming(true)}>
          Sign out everywhere
        </Button>
      }
    >
      <Loaded what="Sessions" resource={sessions}>
        {({ items }) => (
          <DataTable
            label="Sessions and devices"
            columns={columnsOf(end)}
            rows={items.toSorted(currentFirst)}
            keyOf={(session) => session.id}
          />
        )}
      </Loaded>
      {me ? (
        <p class="card-foot faint">
          The key of this session changes by itself, next at <Time ms={me.refreshAt} format={minute} />. A copy of an
          older key ends the session and is shown above.
        </p>
      ) : null}
      {confirming && me ? (
        <ConfirmByName
          title="Sign out everywhere"
          name={me.username}
          action="Sign out everywhere"
          submit={signOutEverywhere}
          onDone={() => setConfirming(false)}
          onClose={() => setConfirming(false)}
        >
          Every session of yours ends now, this one too, with its live links, and this browser forgets what it kept of
          Breakwater. Others who use this account have to sign in again.
        </ConfirmByName>
      ) : null}
    </Panel>
  );
}

function currentFirst(a: SessionRow, b: SessionRow): number {
  return Number(b.current) - Number(a.current) || b.lastSeenAtMs - a.lastSeenAtMs;
}

function columnsOf(end: (session: SessionRow) => Promise<void>): Column<SessionRow>[] {
  return [
    {
      id: 'device',
      label: 'Device',
      sort: (session) => deviceOf(session.lastUserAgent ?? session.userAgent),
      cell: (session) => (
        <TwoLines
          first={deviceOf(session.userAgent)}
          now={deviceOf(session.lastUserAgent ?? session.userAgent)}
          title={session.lastUserAgent ?? session.userAgent ?? ''}
          mark={session.current ? 'This one' : null}
        />
      ),
    },
    {
      id: 'place',
      label: 'Place',
      sort: (session) => countryName(session.lastCountry ?? session.country),
      cell: (session) => (
        <TwoLines
          first={countryName(session.country)}
          now={countryName(session.lastCountry ?? session.country)}
          title={session.lastCountry ?? session.country ?? ''}
        />
      ),
    },
    {
      id: 'address',
      label: 'Address',
      sort: (session) => session.lastAddress ?? session.address ?? '',
      cell: (session) => (
        <TwoLines
          first={session.address ?? 'unknown'}
          now={session.lastAddress ?? session.address ?? 'unknown'}
          isCode
        />
      ),
    },
    {
      id: 'seen',
      label: 'Last seen',
      sort: (session) => session.lastSeenAtMs,
      cell: (session) => <Time ms={session.lastSeenAtMs} format={(ms) => relative(ms, now())} />,
    },
    {
      id: 'created',
      label: 'Signed in',
      sort: (session) => session.createdAtMs,
      cell: (session) => <Time ms={session.createdAtMs} />,
    },
    {
      id: 'expires',
      label: 'Ends, unused',
      sort: (session) => session.expiresAtMs,
      cell: (session) => <Time ms={session.expiresAtMs} />,
    },
    {
      id: 'actions',
      label: 'Actions',
      cell: (session) =>
        session.current ? null : (
          <span class="row-actions">
            <Button small onClick={() => void end(session)}>
              End
            </Button>
          </span>
        ),
    },
  ];
}

interface TwoLinesProps {
  /** At sign-in. */
  first: string;
  now: string;
  title?: string;
  isCode?: boolean;
  mark?: string | null;
}

/** As it is now; under it how it began, where that was another. */
function TwoLines({ first, now: current, title, isCode = false, mark = null }: TwoLinesProps) {
  const text = <bdi>{current}</bdi>;
  return (
    <span class="two-lines" {...(title ? { title } : {})}>
      <span>
        {isCode ? <code>{text}</code> : text}
        {mark ? <strong class="session-mark">{mark}</strong> : null}
      </span>
      {first === current ? null : <span class="faint">at first {first}</span>}
    </span>
  );
}
