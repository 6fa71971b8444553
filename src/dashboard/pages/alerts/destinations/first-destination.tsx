import { Button } from '../../../components/button.tsx';
import { Empty } from '../../../components/states.tsx';
import { go } from '../../../state/route.ts';
import { isAdmin } from '../../../state/session.ts';
import { destinationHref } from './links.ts';

/** Before there is anybody to tell. */
export function FirstDestination() {
  return (
    <Empty icon="alerts" title="Nobody is told yet">
      <p>
        A destination is a webhook, a Slack or Discord channel, or an address by way of your mail provider. Alerts go
        there within seconds; while the receiver is away they wait, and none is lost.
      </p>
      {isAdmin.value ? (
        <Button kind="primary" icon="plus" onClick={() => go(destinationHref('new'))}>
          Make the first destination
        </Button>
      ) : (
        <p>An administrator makes the first one here.</p>
      )}
    </Empty>
  );
}
