import { useEffect, useState } from 'preact/hooks';
import type { Attempt, DeliveryDetail } from '../../../../wire/delivery.ts';
import { getDelivery, replayDelivery } from '../../../api/deliveries.ts';
import { AttemptHead, AttemptView } from '../../../components/attempt-view.tsx';
import { Button } from '../../../components/button.tsx';
import { CodeBlock } from '../../../components/code-block.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Copyable } from '../../../components/copyable.tsx';
import { Countdown } from '../../../components/countdown.tsx';
import { Drawer } from '../../../components/drawer.tsx';
import { Link } from '../../../components/link.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { eventWords, STATE_TONES, STATE_WORDS } from '../../../lib/delivery-words.ts';
import { asSentence } from '../../../lib/errors.ts';
import { exact } from '../../../lib/format.ts';
import { mayDecide } from '../../../state/roles.ts';
import { setParams } from '../../../state/route.ts';
import { say, sayError } from '../../../state/toasts.ts';
import { useLookAgain } from '../../../state/use-look-again.ts';
import { useResource } from '../../../state/use-resource.ts';
import { destinationHref } from '../destinations/links.ts';

interface DeliveryDrawerProps {
  project: string;
  id: string;
  names: ReadonlyMap<string, string>;
  /** Told of every answer: the row beside it may say less. */
  onSeen: (delivery: DeliveryDetail) => void;
}

/** While it is under way its next attempt is seen here. */
const LOOK_EVERY_MS = 3_000;
const close = () => setParams({ delivery: null }, 'replace');

/** The delivery that the address names: its event, every attempt in full, and why it waits. */
export function DeliveryDrawer({ project, id, names, onSeen }: DeliveryDrawerProps) {
  const { data, error, loading, reload } = useResource(`${project} ${id}`, (signal) =>
    getDelivery(project, id, signal),
  );
  const isOver = data === null || data.state === 'delivered' || data.state === 'dead';
  useLookAgain(!isOver && !loading, data, LOOK_EVERY_MS, reload);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for every answer.
  useEffect(() => {
    if (data !== null) onSeen(data);
  }, [data]);
  const isMissing = error?.kind === 'problem' && error.status === 404;
  return (
    <Drawer
      label="Delivery"
      onClose={close}
      head={data ? <Head delivery={data} /> : <strong class="clip">Delivery</strong>}
    >
      {data ? (
        <>
          {error ? <Failure line what="Not updated" error={error} onRetry={reload} /> : null}
          <Details project={project} delivery={data} name={names.get(data.destinationId)} onReplayed={reload} />
        </>
      ) : isMissing ? (
        <Empty title="There is no such delivery">
          <p>It is older than what is kept, or its destination was deleted.</p>
          <Button onClick={close}>Close</Button>
        </Empty>
      ) : error ? (
        <Failure what="The delivery could not be loaded" error={error} onRetry={reload} />
      ) : (
        <Skeleton rows={14} label="Loading the delivery" />
      )}
    </Drawer>
  );
}

function Head({ delivery }: { delivery: DeliveryDetail }) {
  return (
    <>
      <StatusDot tone={STATE_TONES[delivery.state]}>{STATE_WORDS[delivery.state]}</StatusDot>
      <strong class="clip">{eventWords(delivery.type)}</strong>
      <CopyButton text={() => JSON.stringify(delivery, null, 2)} label="Copy delivery as JSON" />
    </>
  );
}

interface DetailsProps {
  project: string;
  delivery: DeliveryDetail;
  name: string | undefined;
  onReplayed: () => void;
}

function Details({ project, delivery, name, onReplayed }: DetailsProps) {
  const { id, destinationId, state, reason, createdAtMs, nextAttemptAtMs, deliveredAtMs, attempts, event } = delivery;
  const [busy, setBusy] = useState(false);
  const replay = async () => {
    setBusy(true);
    const answer = await replayDelivery(project, id);
    setBusy(false);
    if (!answer.ok) return sayError('It was not replayed', answer.error);
    say('It is delivered anew, under the same id');
    onReplayed();
  };
  const log = delivery.log.toReversed();
  return (
    <>
      {reason !== null && state !== 'delivered' ? (
        <Notice tone={state === 'dead' ? 'bad' : 'warn'}>
          {asSentence(reason)}
          {nextAttemptAtMs === null ? null : (
            <>
              {' '}
              Next attempt <Countdown untilMs={nextAttemptAtMs} due="due now" />.
            </>
          )}
        </Notice>
      ) : null}
      <dl class="drawer-times">
        <dt>Destination</dt>
        <dd>
          <Link class="clip delivery-to" href={destinationHref(destinationId)}>
            <bdi>{name ?? destinationId}</bdi>
          </Link>
        </dd>
        <dt>Id</dt>
        <dd>
          <Copyable text={id} label="the delivery's id" />
        </dd>
        <dt>Made</dt>
        <dd>
          <Time ms={createdAtMs} />
        </dd>
        {deliveredAtMs === null
          ? null
          : [
              <dt key="word">Delivered</dt>,
              <dd key="time">
                <Time ms={deliveredAtMs} />
              </dd>,
            ]}
        <dt>Attempts</dt>
        <dd>{exact(attempts)}</dd>
      </dl>
      {mayDecide.value && state !== 'delivering' ? (
        <p>
          <Button small icon="refresh" busy={busy} onClick={() => void replay()}>
            {state === 'queued' ? 'Try now' : 'Replay'}
          </Button>
        </p>
      ) : null}
      <h3>Attempts</h3>
      {log.length === 0 ? <p class="faint">None was made yet.</p> : null}
      {attempts > log.length ? <p class="faint">The newest {log.length} of them.</p> : null}
      {log.map((attempt, i) => (
        <AttemptPart key={`${attempt.atMs} ${attempt.number}`} attempt={attempt} open={i === 0} />
      ))}
      <h3>Event</h3>
      <CodeBlock label="Event" code={JSON.stringify(event, null, 2)} />
    </>
  );
}

function AttemptPart({ attempt, open }: { attempt: Attempt; open: boolean }) {
  return (
    <details class="delivery-attempt" open={open}>
      <summary>
        <span class="faint">{attempt.number}</span> <AttemptHead attempt={attempt} />
      </summary>
      <AttemptView attempt={attempt} />
    </details>
  );
}
