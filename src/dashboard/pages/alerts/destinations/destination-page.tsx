import { useState } from 'preact/hooks';
import type { Attempt, Destination, DestinationHealth } from '../../../../wire/delivery.ts';
import { getDestination } from '../../../api/destinations.ts';
import { AttemptHead, AttemptView } from '../../../components/attempt-view.tsx';
import { Button } from '../../../components/button.tsx';
import { Link } from '../../../components/link.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../../components/states.tsx';
import { useHealth } from '../../../state/use-health.ts';
import { useResource } from '../../../state/use-resource.ts';
import { BreakerCard } from './breaker-card.tsx';
import { DefinitionCard } from './definition-card.tsx';
import { DestinationHead } from './destination-head.tsx';
import { DnsCard } from './dns-card.tsx';
import { HealthFigures } from './health-figures.tsx';
import { destinationHref } from './links.ts';
import { SecretsCard } from './secrets-card.tsx';
import { TransitionLog } from './transition-log.tsx';

/** One destination: how it does, why, what can be done about it, and by what it goes. */
export function DestinationPage({ project, id }: { project: string; id: string }) {
  const asked = useResource(`${project} ${id}`, (signal) => getDestination(project, id, signal), false);
  const all = useHealth(project);
  const [attempt, setAttempt] = useState<Attempt | null>(null);
  const { data: destination, error } = asked;
  if (destination === null && error?.kind === 'problem' && error.status === 404) return <NoDestination />;
  if (destination === null && error) {
    return <Failure what="The destination could not be loaded" error={error} onRetry={asked.reload} />;
  }
  if (destination === null || (all.data === null && all.error === null)) {
    return <Skeleton rows={18} label="Loading the destination" />;
  }
  const health = healthOf(destination, all.data);
  const changed = () => {
    asked.reload();
    all.reload();
  };
  return (
    <>
      <DestinationHead
        project={project}
        destination={destination}
        health={health}
        onTested={setAttempt}
        onChanged={changed}
      />
      {error ? <Failure line what="What is shown is old" error={error} onRetry={asked.reload} /> : null}
      {destination.confirmed ? null : (
        <Notice tone="warn">
          The last change is stored, but what delivers goes by the one before. This mends itself within minutes.
        </Notice>
      )}
      {all.error ? <Failure line what="How it does is not known now" error={all.error} onRetry={all.reload} /> : null}
      {health === 'away' ? (
        <Notice tone="warn">What delivers to it did not answer us. What waits is durable and goes on by itself.</Notice>
      ) : null}
      <HealthFigures health={health === 'away' ? null : health} />
      {attempt ? <TestResult attempt={attempt} onClose={() => setAttempt(null)} /> : null}
      <div class="detail-columns">
        <div class="detail-column">
          <BreakerCard project={project} destination={destination} health={health} onChanged={changed} />
          <DnsCard health={health} />
        </div>
        <div class="detail-column">
          <SecretsCard project={project} destination={destination} onChanged={changed} />
          <DefinitionCard destination={destination} />
        </div>
      </div>
      <TransitionLog project={project} id={destination.id} health={health} />
    </>
  );
}

function healthOf(
  { id }: Destination,
  all: { destinations: DestinationHealth[]; unknown: string[] } | null,
): DestinationHealth | 'away' | null {
  if (all?.unknown.includes(id)) return 'away';
  return all?.destinations.find((one) => one.destinationId === id) ?? null;
}

function TestResult({ attempt, onClose }: { attempt: Attempt; onClose: () => void }) {
  return (
    <section class="card detail-card" aria-label="Result of the test">
      <header class="detail-card-head">
        <h2>Test</h2>
        <span role="status">
          <AttemptHead attempt={attempt} />
        </span>
        <span class="grow" />
        <Button small kind="quiet" icon="close" label="Close the result" onClick={onClose} />
      </header>
      <AttemptView attempt={attempt} />
    </section>
  );
}

function NoDestination() {
  return (
    <Empty title="There is no such destination">
      <p>It was deleted, or is of another project.</p>
      <Link href={destinationHref()}>All destinations</Link>
    </Empty>
  );
}
