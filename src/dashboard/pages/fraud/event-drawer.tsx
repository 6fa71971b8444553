import type { FraudEvent, Verdict } from '../../../wire/fraud.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Drawer } from '../../components/drawer.tsx';
import { Link } from '../../components/link.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { dateTime, relative } from '../../lib/format.ts';
import { quoteValue } from '../../lib/query-edit.ts';
import { now } from '../../state/clock.ts';
import { hrefOf, setParams } from '../../state/route.ts';
import { factRows } from './fact-rows.ts';
import { ReasonBars } from './reason-bars.tsx';
import type { OpenEvent } from './use-open-event.ts';
import { VerdictForm } from './verdict-form.tsx';
import { amountWords, DECISION_TONES, DECISION_WORDS } from './words.ts';

interface EventDrawerProps {
  open: OpenEvent;
  noteAsked?: number;
  onDecide: (event: FraudEvent, verdict: Verdict, note: string) => void;
}

/** The event that the address names, also while it is on its way, and where there is none. */
export function EventDrawer({ open, noteAsked = 0, onDecide }: EventDrawerProps) {
  return (
    <Drawer
      label="Event"
      onClose={close}
      head={open.kind === 'open' ? <EventHead event={open.event} /> : <strong class="clip">Event</strong>}
    >
      {open.kind === 'open' ? (
        <>
          {open.listed ? null : (
            <p class="faint fraud-unlisted">Not in the list as it is loaded: older, or outside its time or filters.</p>
          )}
          <EventFacts event={open.event} noteAsked={noteAsked} onDecide={onDecide} />
        </>
      ) : open.kind === 'loading' ? (
        <Skeleton rows={14} label="Loading the event" />
      ) : open.kind === 'failed' ? (
        <Failure what="The event could not be loaded" error={open.error} onRetry={open.retry} />
      ) : (
        <Empty title="There is no such event">
          <p>Events are kept for 90 days. This one may be older, or of another project.</p>
          <Button onClick={close}>Close</Button>
        </Empty>
      )}
    </Drawer>
  );
}

const close = () => setParams({ event: null }, 'replace');

function EventHead({ event }: { event: FraudEvent }) {
  return (
    <>
      <StatusDot tone={DECISION_TONES[event.decision]}>{DECISION_WORDS[event.decision]}</StatusDot>
      <strong class="clip">
        <bdi>{event.eventType}</bdi>
      </strong>
      <CopyButton text={() => JSON.stringify(event, null, 2)} label="Copy event as JSON" />
    </>
  );
}

interface EventFactsProps {
  event: FraudEvent;
  noteAsked: number;
  onDecide: EventDrawerProps['onDecide'];
}

/** Why it has its score, what was known, and what a reviewer says of it. */
function EventFacts({ event, noteAsked, onDecide }: EventFactsProps) {
  const facts = factRows(event);
  const metadata = Object.entries(event.metadata);
  return (
    <>
      <p class="fraud-user">
        <bdi>{event.userId}</bdi>
      </p>
      <p class="fraud-links">
        <Link href={accountHref(event.userId)}>Account and history</Link>
        <Link href={logsHref(event, 'userId', event.userId)}>Logs of the user</Link>
        {event.sessionId ? <Link href={logsHref(event, 'sessionId', event.sessionId)}>Logs of the session</Link> : null}
      </p>
      <dl class="drawer-times">
        <dt>Local</dt>
        <dd>{dateTime(event.atMs)}</dd>
        <dt>UTC</dt>
        <dd>{new Date(event.atMs).toISOString().replace('T', ' ').replace('Z', '')}</dd>
        <dt>Age</dt>
        <dd>{relative(event.atMs, now())}</dd>
      </dl>
      <h3>Why this score</h3>
      <ReasonBars reasons={event.reasons} riskScore={event.riskScore} decision={event.decision} />
      <p class="fraud-version faint">Rules of version {event.rulesVersion}.</p>
      <h3>Verdict</h3>
      <VerdictForm key={event.id} event={event} noteAsked={noteAsked} onDecide={onDecide} />
      <h3>What was known</h3>
      <table class="fields" aria-label="What was known">
        <tbody>
          {[...ownRows(event), ...facts].map(({ label, value }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td dir="auto">{value}</td>
            </tr>
          ))}
          {metadata.map(([name, value]) => (
            <tr key={`metadata ${name}`}>
              <th scope="row">
                <code dir="auto">{name}</code>
              </th>
              <td dir="auto">{typeof value === 'string' ? value : JSON.stringify(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function ownRows({ id, success, amountCents, gateway, country, deviceRef, addressRef }: FraudEvent) {
  return [
    { label: 'Event id', value: id },
    { label: 'Outcome', value: success === null ? '' : success ? 'Succeeded' : 'Failed' },
    { label: 'Paid amount', value: amountWords(amountCents) },
    { label: 'Gateway', value: gateway ?? '' },
    { label: 'Country', value: country ?? '' },
    { label: 'Device reference', value: deviceRef ?? '' },
    { label: 'Address reference', value: addressRef ?? '' },
  ].filter(({ value }) => value !== '');
}

export function accountHref(userId: string): string {
  return hrefOf('/fraud/accounts', { user: userId }, 'frame');
}

/** An hour on both sides. */
const AROUND_MS = 3_600_000;

function logsHref({ atMs }: FraudEvent, field: 'userId' | 'sessionId', value: string): string {
  const change = { from: String(atMs - AROUND_MS), to: String(atMs + AROUND_MS), range: null, stream: 'all' };
  return hrefOf('/logs', { ...change, q: `${field}:${quoteValue(value)}` }, 'frame');
}
