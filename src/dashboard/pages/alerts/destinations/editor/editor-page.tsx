import { useState } from 'preact/hooks';
import type { Destination } from '../../../../../wire/delivery.ts';
import { getDestination } from '../../../../api/destinations.ts';
import { Icon } from '../../../../components/icon.tsx';
import { Link } from '../../../../components/link.tsx';
import { Empty, Failure, Skeleton } from '../../../../components/states.tsx';
import { isAdmin } from '../../../../state/session.ts';
import { useResource } from '../../../../state/use-resource.ts';
import { destinationHref } from '../links.ts';
import { DestinationForm } from './destination-form.tsx';
import { draftOf, EMPTY_DRAFT } from './draft.ts';

/** Makes a destination, or changes the one of this id. */
export function DestinationEditorPage({ project, id }: { project: string; id: string | null }) {
  const asked = useResource(id === null ? null : `${project} ${id}`, (signal) =>
    getDestination(project, id ?? '', signal),
  );
  // What is edited does not change under the hands of who edits it.
  const [first, setFirst] = useState<Destination | null>(null);
  if (first === null && asked.data !== null) setFirst(asked.data);
  if (!isAdmin.value) {
    return (
      <Empty title="Administrators change destinations">
        <p>Their addresses and secrets are seen by nobody else.</p>
        <Link href={destinationHref(id ?? '')}>Back</Link>
      </Empty>
    );
  }
  return (
    <>
      <header class="destination-head">
        <Link href={destinationHref(id ?? '')} class="back-link">
          <Icon name="back" />
          <span>{id === null ? 'Destinations' : (first?.name ?? 'Destination')}</span>
        </Link>
        <h2>{id === null ? 'Add destination' : 'Edit destination'}</h2>
      </header>
      {id === null ? (
        <DestinationForm project={project} current={null} draft={EMPTY_DRAFT} />
      ) : first !== null ? (
        <DestinationForm project={project} current={first} draft={draftOf(first)} />
      ) : asked.error ? (
        <Failure what="The destination could not be loaded" error={asked.error} onRetry={asked.reload} />
      ) : (
        <Skeleton rows={18} label="Loading the destination" />
      )}
    </>
  );
}
