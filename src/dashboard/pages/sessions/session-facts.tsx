import type { SessionTimeline } from '../../../wire/error-groups.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Link } from '../../components/link.tsx';
import { Time } from '../../components/time.tsx';
import { textAttr } from '../../lib/attrs.ts';
import { countryName } from '../../lib/country.ts';
import { day, second } from '../../lib/format.ts';
import { exactly, inUnit } from '../../lib/units.ts';
import { hrefOf } from '../../state/route.ts';

interface SessionFactsProps {
  id: string;
  /** null while loading. */
  session: SessionTimeline | null;
  logsHref: string;
}

const BLANK = '\u00a0';

/** Who, with what, when and for how long. */
export function SessionFacts({ id, session, logsHref }: SessionFactsProps) {
  const labels = session?.labels ?? {};
  const country = textAttr(labels, 'country');
  const facts: [string, string | null][] = [
    ['User', session?.userId ?? null],
    ['Device', textAttr(labels, 'device')],
    ['Browser', textAttr(labels, 'browser')],
    ['System', textAttr(labels, 'os')],
    ['Country', country === null ? null : countryName(country)],
    ['Release', textAttr(labels, 'release')],
  ];
  return (
    <header class="session-head">
      <Link href={hrefOf('/sessions', {}, 'frame')} class="error-back" title="All sessions">
        <Icon name="back" />
        <span>Sessions</span>
      </Link>
      <div class="session-title">
        <h1>Session</h1>
        <code class="clip" title={id}>
          {id}
        </code>
        <CopyButton text={id} label="Copy session id" />
        <span class="grow" />
        <Link href={logsHref}>Search its records</Link>
      </div>
      <dl class="session-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="clip" title={value ?? ''}>
              {session === null ? BLANK : value === null ? <span class="faint">not said</span> : <bdi>{value}</bdi>}
            </dd>
          </div>
        ))}
        <div>
          <dt>Began</dt>
          <dd class="clip">
            {session ? <Time ms={session.firstMs} format={(ms) => `${day(ms).slice(5)} ${second(ms)}`} /> : BLANK}
          </dd>
        </div>
        <div>
          <dt>Lasted</dt>
          <dd class="clip" {...(session ? { title: exactly(session.lastMs - session.firstMs, 'ms') } : {})}>
            {session ? inUnit(session.lastMs - session.firstMs, 'ms') : BLANK}
          </dd>
        </div>
      </dl>
    </header>
  );
}
