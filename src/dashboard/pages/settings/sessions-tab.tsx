import { listSessions, revokeSession } from '../../api/auth.ts';
import type { SessionRow } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { deviceOf } from '../../lib/device.ts';
import { relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { signOutEverywhere } from '../../state/session.ts';
import { say, sayError } from '../../state/toasts.ts';
import { useResource } from '../../state/use-resource.ts';
import { TabFrame } from './tab-frame.tsx';

export function SessionsTab() {
  const sessions = useResource('sessions', listSessions);
  const end = async (session: SessionRow) => {
    const answer = await revokeSession(session.id);
    if (!answer.ok) return sayError('The session was not ended', answer.error);
    sessions.reload();
    say(`Signed out ${deviceOf(session.userAgent)}`);
  };
  const everywhere = async () => {
    const answer = await signOutEverywhere();
    if (!answer.ok) sayError('Not signed out', answer.error);
  };
  return (
    <TabFrame
      title="My sessions"
      intro="Where you are signed in. End what you do not know, then change your password."
      action={
        <Button kind="danger" onClick={() => void everywhere()}>
          Sign out everywhere
        </Button>
      }
      resource={sessions}
    >
      {({ items }) => (
        <DataTable label="My sessions" columns={columnsOf(end)} rows={items} keyOf={(session) => session.id} />
      )}
    </TabFrame>
  );
}

function columnsOf(end: (session: SessionRow) => Promise<void>): Column<SessionRow>[] {
  return [
    {
      id: 'device',
      label: 'Device',
      sort: (session) => deviceOf(session.userAgent),
      cell: (session) => (
        <span title={session.userAgent ?? ''}>
          {deviceOf(session.userAgent)}
          {session.current ? <strong> (this one)</strong> : null}
        </span>
      ),
    },
    {
      id: 'address',
      label: 'Address',
      sort: (session) => session.address ?? '',
      cell: (session) => <code>{session.address ?? 'unknown'}</code>,
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
      label: 'Ends',
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
              Sign out
            </Button>
          </span>
        ),
    },
  ];
}
