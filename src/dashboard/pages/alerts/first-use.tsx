import { useState } from 'preact/hooks';
import { createRule, listFirings } from '../../api/alerts.ts';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Link } from '../../components/link.tsx';
import { NewKey } from '../../components/new-key.tsx';
import { Empty } from '../../components/states.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { ingestCommand } from '../../lib/curl.ts';
import { mayDecide } from '../../state/roles.ts';
import { hrefOf } from '../../state/route.ts';
import { sayError } from '../../state/toasts.ts';
import { useArrival } from '../../state/use-arrival.ts';
import { STARTING_RULES } from './rules/starting-rules.ts';

interface FirstUseProps {
  project: string;
  /** Its reader wants to see the rules that he made, and what they say. */
  onEnd: () => void;
}

/** More than the first of the starting rules bears. */
const RECORDS = 12;

function firingCommand(origin: string, key: string): string {
  const record = { level: 'error', service: 'checkout', message: 'Payment refused' };
  return `for i in $(seq ${RECORDS}); do\n${ingestCommand(origin, key, record)}\ndone`;
}

/** Before the first rule: what an alert is, rules to begin with, and a command that makes one of them fire. */
export function AlertsFirstUse({ project, onEnd }: FirstUseProps) {
  const [key, setKey] = useState<string | null>(null);
  const [made, setMade] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState<string | null>(null);
  const [hasFired, setFired] = useState(false);
  const isAway = useArrival(
    `${project} alert`,
    async (signal) => {
      const page = { limit: 1, cursor: null };
      const answer = await listFirings(project, { state: 'firing', rule: null }, page, signal);
      return answer.ok ? { ...answer, value: answer.value.items.length > 0 } : answer;
    },
    // Not taken away from whoever reads it.
    () => setFired(true),
  );
  const add = async (at: number) => {
    const starting = STARTING_RULES[at];
    if (!starting) return;
    setBusy(starting.rule.name);
    const answer = await createRule(project, starting.rule);
    setBusy(null);
    if (answer.ok) setMade((before) => new Set([...before, starting.rule.name]));
    else sayError('The rule was not created', answer.error);
  };
  return (
    <section class="card alerts-first" aria-label="First rule">
      <Empty icon="alerts" title="Be told when something is wrong">
        <p>
          A rule watches what comes in. While its condition holds, an alert fires: it is seen here, and told to where
          you want it. Begin with some of these; each can be changed.
        </p>
        <ul class="starting-rules">
          {STARTING_RULES.map(({ rule: { name }, why }, at) => (
            <li key={name}>
              <span>
                <strong>{name}</strong>
                <span class="faint"> {why}</span>
              </span>
              {made.has(name) ? (
                <StatusDot tone="ok">Watches</StatusDot>
              ) : mayDecide.value ? (
                <Button small icon="plus" busy={busy === name} label={`Add ${name}`} onClick={() => void add(at)}>
                  Add
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
        {mayDecide.value ? (
          <p class="alerts-first-actions">
            <Link href={hrefOf('/alerts/rules/new', {}, 'frame')}>Make a rule of your own</Link>
            {made.size > 0 ? (
              <Button small kind="primary" onClick={onEnd}>
                Show the rules
              </Button>
            ) : null}
          </p>
        ) : (
          <p>Analysts and administrators make rules.</p>
        )}
        <p>This makes “{STARTING_RULES[0]?.rule.name}” fire within seconds:</p>
        <CodeBlock label="Command" code={firingCommand(window.location.origin, key ?? '<key>')} />
        <NewKey
          project={project}
          name="First alert"
          scopes={['ingest']}
          canOnly="send records"
          made={key}
          onMade={setKey}
        />
        <p>
          {hasFired ? (
            <>
              <StatusDot tone="bad">The first alert fires</StatusDot>{' '}
              <Button small kind="primary" onClick={onEnd}>
                Show it
              </Button>
            </>
          ) : isAway ? (
            <StatusDot tone="bad">The server does not answer. Trying again.</StatusDot>
          ) : (
            <StatusDot tone="info">Waiting for the first alert</StatusDot>
          )}
        </p>
      </Empty>
    </section>
  );
}
