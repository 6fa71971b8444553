import type { Pulse } from '../../../wire/alerts.ts';
import { getWebhookHealth } from '../../api/health.ts';
import { healthFace, worstFirst } from '../../lib/destination-health.ts';
import { bytes, duration, exact, plural } from '../../lib/format.ts';
import { hasDestination, type PulsePart, partsOf } from '../../lib/pulse-parts.ts';
import { ticking } from '../../state/clock.ts';
import { pulseState } from '../../state/pulse.ts';
import { hrefOf } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';
import { Link } from '../link.tsx';
import { Failure } from '../states.tsx';
import { StatusDot } from '../status-dot.tsx';

const SHOWN = 5;

/** What the bars are made of, which destinations are the worst, and where to go from here. */
export default function PulsePanel({ project, close }: { project: string; close: () => void }) {
  const { pulse } = pulseState.value;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a link's key is a click as well.
    // biome-ignore lint/a11y/noStaticElementInteractions: whichever link was followed, the panel is done.
    <div
      class="pulse-panel"
      onClick={(event) => event.target instanceof Element && event.target.closest('a') && close()}
    >
      <div class="pulse-head">
        <h2>Pulse</h2>
        <Freshness />
      </div>
      {pulse === null ? (
        <p>The pulse of this project is not known yet. It is asked for again every 5 seconds.</p>
      ) : (
        <Details pulse={pulse} project={project} />
      )}
    </div>
  );
}

function Freshness() {
  const { pulse, failing, live } = pulseState.value;
  if (pulse === null) return <StatusDot tone={failing ? 'bad' : 'info'}>{failing ? 'Not known' : 'Loading'}</StatusDot>;
  if (failing) return <StatusDot tone="bad">{duration(ticking.value - pulse.atMs)} old, trying again</StatusDot>;
  return live ? <StatusDot tone="ok">Live</StatusDot> : <StatusDot tone="info">Every 5 seconds</StatusDot>;
}

function Details({ pulse, project }: { pulse: Pulse; project: string }) {
  const { critical, warning, info } = pulse.firing;
  const { deadLetters } = pulse;
  const told = hasDestination(pulse) || pulse.unknown > 0;
  return (
    <>
      <dl>
        {partsOf(pulse, ticking.value).map((part) => (
          <div key={part.id}>
            <dt>{part.label}</dt>
            <dd>
              <StatusDot tone={part.tone}>{part.word}</StatusDot>
              <Unit part={part} pulse={pulse} />
            </dd>
          </div>
        ))}
        <div>
          <dt>Alerts</dt>
          <dd>
            <Link href={hrefOf('/alerts', {}, 'frame')}>
              {critical + warning + info === 0
                ? 'None fires'
                : [
                    ...(critical > 0 ? [`${critical} critical`] : []),
                    ...(warning > 0 ? [plural(warning, 'warning')] : []),
                    ...(info > 0 ? [`${info} info`] : []),
                  ].join(', ')}
            </Link>
          </dd>
        </div>
        {deadLetters > 0 ? (
          <div>
            <dt>Dead letters</dt>
            <dd>
              <Link href={hrefOf('/alerts/deliveries', { state: 'dead' }, 'frame')}>
                {`${exact(deadLetters)} to be replayed`}
              </Link>
            </dd>
          </div>
        ) : null}
      </dl>
      {told ? <Destinations key={project} project={project} atMs={pulse.atMs} /> : <NoDestination />}
    </>
  );
}

function NoDestination() {
  return (
    <p>
      No destination is in use: alerts are only seen here.{' '}
      <Link href={hrefOf('/alerts/destinations', {}, 'frame')}>Destinations</Link>
    </p>
  );
}

/** `atMs`: of the pulse above, which they are to be as new as. */
function Destinations({ project, atMs }: { project: string; atMs: number }) {
  const { data, error, reload } = useResource(String(atMs), (signal) => getWebhookHealth(project, signal));
  const worst = worstFirst(data?.destinations ?? []).slice(0, SHOWN);
  return (
    <>
      {error ? <Failure line what="Destinations were not loaded" error={error} onRetry={reload} /> : null}
      <ul class="pulse-list" aria-busy={data === null && error === null}>
        {worst.map((health) => {
          const { tone, word } = healthFace(health);
          return (
            <li key={health.destinationId}>
              <Link class="clip" href={hrefOf(`/alerts/destinations/${health.destinationId}`, {}, 'frame')}>
                <bdi>{health.name}</bdi>
              </Link>
              <StatusDot tone={tone}>{word}</StatusDot>
            </li>
          );
        })}
      </ul>
      <p>
        <Link href={hrefOf('/alerts/destinations', {}, 'frame')}>
          {data ? `All ${plural(data.destinations.length + data.unknown.length, 'destination')}` : 'Destinations'}
        </Link>
        {data && data.unknown.length > 0 ? (
          <span class="faint">, of which {data.unknown.length} did not answer</span>
        ) : null}
      </p>
    </>
  );
}

/** What a word is of; one that says that there is no value is of nothing. */
function Unit({ part, pulse }: { part: PulsePart; pulse: Pulse }) {
  const unit = part.tone === 'off' ? null : unitOf(part, pulse);
  return unit === null ? null : <span class="faint">{unit}</span>;
}

function unitOf({ id }: PulsePart, { cookies }: Pulse): string | null {
  switch (id) {
    case 'dns':
      return 'of names were known';
    case 'failures':
      return 'of recent calls';
    case 'breaker':
      return 'the worst of all';
    case 'cookies':
      return cookies && `up to ${bytes(cookies.maxBytes)}, ${plural(cookies.maxCount, 'cookie')}`;
  }
}
