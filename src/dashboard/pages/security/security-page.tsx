import { useRef } from 'preact/hooks';
import { listSessions } from '../../api/auth.ts';
import { getFactors, listEvents } from '../../api/factors.ts';
import { Skeleton } from '../../components/states.tsx';
import { type Resource, useResource } from '../../state/use-resource.ts';
import { AccountHead } from './account-head.tsx';
import { ActivityPanel } from './activity-panel.tsx';
import { FactorPanel } from './factor-panel.tsx';
import { PasskeyPanel } from './passkey-panel.tsx';
import { PasswordPanel } from './password-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

/** As many as tell about 30 days of an ordinary account; older ones come by the page. */
const FIRST_EVENTS = 100;

/** Is somebody else in my account, and what keeps them out. */
export default function SecurityPage() {
  const sessions = useResource('sessions', listSessions);
  const events = useResource('events', (signal) => listEvents({ limit: FIRST_EVENTS, cursor: null }, signal));
  const factors = useResource('factors', getFactors);
  const changed = () => {
    factors.reload();
    events.reload();
  };
  // All at once: a warning that comes later would move what is under it. But only at first: codes that are shown once stay on screen.
  const isSettled = useRef(false);
  isSettled.current ||= ![sessions, events, factors].some(isWaiting);
  if (!isSettled.current) {
    return (
      <div class="page security">
        <AccountHead sessions={sessions} events={events} />
        <Skeleton rows={12} label="Loading your sessions and activity" />
      </div>
    );
  }
  return (
    <div class="page security">
      <AccountHead sessions={sessions} events={events} />
      <SessionsPanel
        sessions={sessions}
        onEnded={() => {
          sessions.reload();
          events.reload();
        }}
      />
      <div class="columns">
        <ActivityPanel events={events} />
        <div class="security-side">
          <PasswordPanel
            onChanged={() => {
              sessions.reload();
              events.reload();
            }}
          />
          <FactorPanel factors={factors} onChanged={changed} />
          <PasskeyPanel factors={factors} onChanged={changed} />
        </div>
      </div>
    </div>
  );
}

function isWaiting({ data, error }: Resource<unknown>): boolean {
  return data === null && error === null;
}
