import { useState } from 'preact/hooks';
import { listEvents } from '../../api/fraud.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { NewKey } from '../../components/new-key.tsx';
import { Empty } from '../../components/states.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { useArrival } from '../../state/use-arrival.ts';
import { eventCommand, loginCommand } from './fraud-curl.ts';

const ANY_TIME = { fromMs: null, toMs: null };
const NO_FILTERS = { decision: null, rule: null, userId: null, minScore: null };

interface FirstUseProps {
  project: string;
  onFirst: () => void;
}

/** Before the first event: one command that gets a decision, and a page that notices by itself when it came. */
export function FraudFirstUse({ project, onFirst }: FirstUseProps) {
  const [key, setKey] = useState<string | null>(null);
  const isAway = useArrival(
    project,
    async (signal) => {
      const answer = await listEvents(project, ANY_TIME, NO_FILTERS, { limit: 1, cursor: null }, signal);
      return answer.ok ? { ...answer, value: answer.value.items.length > 0 } : answer;
    },
    onFirst,
  );
  const shownKey = key ?? '<key>';
  const origin = window.location.origin;
  return (
    <section class="card fraud-first" aria-label="First event">
      <Empty icon="fraud" title="Ask for the first decision">
        <p>Your server tells what a user does, and the answer says allow, review or deny, with every reason:</p>
        <CodeBlock label="Command for an event" code={eventCommand(origin, shownKey)} />
        <NewKey
          project={project}
          name="Fraud events"
          scopes={['ingest:fraud']}
          canOnly="send fraud events"
          made={key}
          onMade={setKey}
        />
        <p>
          When a user signs in, open a fraud session first, and pass the cookies of the answer on to the browser: scores
          then know the device.
        </p>
        <CodeBlock label="Command for a session" code={loginCommand(origin, shownKey)} />
        <p>
          {isAway ? (
            <StatusDot tone="bad">The server does not answer. Trying again.</StatusDot>
          ) : (
            <StatusDot tone="info">Waiting for the first event</StatusDot>
          )}
        </p>
      </Empty>
    </section>
  );
}
