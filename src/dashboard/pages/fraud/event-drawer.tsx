import type { FraudEvent, Verdict } from '../../../wire/fraud.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Drawer } from '../../components/drawer.tsx';
import { Link } from '../../components/link.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { dateTime, relative } from '../../lib/format.ts';
import { quoteValue } from '../../lib/query-edit.ts';
import { now } from '../../state/clock.ts';
import { hrefOf } from '../../state/route.ts';
import { factRows } from './fact-rows.ts';
import { ReasonBars } from './reason-bars.tsx';
import { VerdictForm } from './verdict-form.tsx';
import { amountWords, DECISION_TONES, DECISION_WORDS } from './words.ts';

interface EventDrawerProps {
  noteAsked?: number;
  event: FraudEvent;
  onDecide: (event: FraudEvent, verdict: Verdict, note: string) => void;
  onClose: () => void;
}

/** An event in full: why it has its score, what was known, and what a reviewer says of it. */
export function EventDrawer({ event, noteAsked = 0, onDecide, onClose }: EventDrawerProps) {
  const facts = factRows(event);
  const metadata = Object.entries(event.metadata);
  return (
    <Drawer
      label="Event"
      onClose={onClose}
      head={
        <>
          <StatusDot tone={DECISION_TONES[event.decision]}>{DECISION_WORDS[event.decision]}</StatusDot>
          <strong class="clip">
            <bdi>{event.eventType}</bdi>
          </strong>
          <CopyButton text={() => JSON.stringify(event, null, 2)} label="Copy event as JSON" />
        </>
      }
    >
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
      <p class="faint">Rules of version {event.rulesVersion}.</p>
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
    </Drawer>
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
