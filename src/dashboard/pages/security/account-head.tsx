import type { List, SecurityEvent, SessionRow } from '../../api/types.ts';
import { Icon } from '../../components/icon.tsx';
import { Notice } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { verdictOf } from '../../lib/account-verdict.ts';
import { relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import type { Resource } from '../../state/use-resource.ts';

interface AccountHeadProps {
  sessions: Resource<List<SessionRow>>;
  events: Resource<List<SecurityEvent>>;
}

const ICONS = { ok: 'check', warn: 'warn', bad: 'bad' } as const;

/** The answer first: is somebody else in my account? Without both lists it says nothing, because half an answer would calm. */
export function AccountHead({ sessions, events }: AccountHeadProps) {
  const verdict = sessions.data && events.data ? verdictOf(sessions.data.items, events.data.items, now()) : null;
  return (
    <>
      <header class={`headline headline-${verdict?.tone ?? 'info'}`}>
        <Icon name={verdict ? ICONS[verdict.tone] : 'security'} />
        <div>
          <h1>{verdict?.text ?? 'Security'}</h1>
          <p>{verdict?.detail ?? waitingText(sessions.error !== null || events.error !== null)}</p>
        </div>
      </header>
      {verdict?.notices.map((notice) => (
        <Notice key={notice.id} tone={notice.tone}>
          {notice.text} <Time ms={notice.atMs} format={(ms) => relative(ms, now())} />
        </Notice>
      ))}
    </>
  );
}

function waitingText(isBroken: boolean): string {
  return isBroken ? 'What is needed to tell could not all be loaded.' : '\u00a0';
}
