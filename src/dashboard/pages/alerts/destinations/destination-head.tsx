import { useState } from 'preact/hooks';
import type { Attempt, Destination, DestinationHealth } from '../../../../wire/delivery.ts';
import { changeDestination, deleteDestination, testDestination } from '../../../api/destinations.ts';
import { Button } from '../../../components/button.tsx';
import { ConfirmByName } from '../../../components/confirm-by-name.tsx';
import { Icon } from '../../../components/icon.tsx';
import { Link } from '../../../components/link.tsx';
import { KIND_WORDS } from '../../../lib/delivery-words.ts';
import { mayDecide } from '../../../state/roles.ts';
import { go } from '../../../state/route.ts';
import { isAdmin } from '../../../state/session.ts';
import { say, sayError } from '../../../state/toasts.ts';
import { DestinationStatus } from './destination-status.tsx';
import { deliveriesHref, destinationHref, editHref } from './links.ts';

interface HeadProps {
  project: string;
  destination: Destination;
  health: DestinationHealth | 'away' | null;
  onTested: (attempt: Attempt) => void;
  onChanged: () => void;
}

export function DestinationHead({ project, destination, health, onTested, onChanged }: HeadProps) {
  const [busy, setBusy] = useState<'test' | 'switch' | null>(null);
  const [deleting, setDeleting] = useState(false);
  const { id, name, kind, url, disabled } = destination;
  const test = async () => {
    setBusy('test');
    const answer = await testDestination(project, id);
    setBusy(null);
    onChanged();
    if (answer.ok) onTested(answer.value);
    else sayError('The test was not sent', answer.error);
  };
  /** Applied at once; undo sets what was there before. */
  const switchTo = async (off: boolean, from: Destination, undoes: boolean) => {
    setBusy('switch');
    const answer = await changeDestination(project, id, { version: from.version, disabled: off });
    setBusy(null);
    onChanged();
    if (!answer.ok) return sayError(`${name} was not ${off ? 'disabled' : 'enabled'}`, answer.error);
    const words = off ? `${name} is disabled; what comes for it waits` : `${name} is enabled`;
    say(words, undoes ? () => void switchTo(!off, answer.value, false) : null);
  };
  return (
    <header class="destination-head">
      <Link href={destinationHref()} class="back-link" title="All destinations">
        <Icon name="back" />
        <span>Destinations</span>
      </Link>
      <div class="detail-title">
        <h2 class="clip" title={name}>
          <bdi>{name}</bdi>
        </h2>
        <DestinationStatus destination={destination} health={health} />
        <span class="grow" />
        <span class="row-actions">
          {mayDecide.value ? (
            <Button kind="primary" busy={busy === 'test'} onClick={() => void test()}>
              Send test
            </Button>
          ) : null}
          {isAdmin.value ? (
            <>
              <Button onClick={() => go(editHref(id))}>Edit</Button>
              <Button busy={busy === 'switch'} onClick={() => void switchTo(!disabled, destination, true)}>
                {disabled ? 'Enable' : 'Disable'}
              </Button>
              <Button kind="danger" onClick={() => setDeleting(true)}>
                Delete
              </Button>
            </>
          ) : null}
        </span>
      </div>
      <p class="destination-place">
        <span class="faint clip" title={url}>
          {KIND_WORDS[kind]}, <bdi>{url}</bdi>
        </span>
        <Link href={deliveriesHref(id)}>All deliveries</Link>
      </p>
      {deleting ? (
        <ConfirmByName
          title="Delete destination"
          name={name}
          action="Delete destination"
          submit={() => deleteDestination(project, id)}
          onClose={() => setDeleting(false)}
          onDone={() => {
            say(`Deleted ${name}`);
            go(destinationHref());
          }}
        >
          Rules that tell it tell it no more. What waits for it, its dead letters and its log are gone with it. This
          cannot be undone.
        </ConfirmByName>
      ) : null}
    </header>
  );
}
