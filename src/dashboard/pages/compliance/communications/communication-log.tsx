import { useState } from 'preact/hooks';
import type { Communication } from '../../../../wire/compliance.ts';
import { listCommunications, type Subject } from '../../../api/communications.ts';
import type { List } from '../../../api/types.ts';
import { Button } from '../../../components/button.tsx';
import { Failure, Skeleton } from '../../../components/states.tsx';
import { Time } from '../../../components/time.tsx';
import { say } from '../../../state/toasts.ts';
import { usePaged } from '../../../state/use-paged.ts';
import { CHANNEL_WORDS } from './channel-words.ts';
import { RecordDialog } from './record-dialog.tsx';

/** A breach may have a letter to each of those affected. */
const PAGE = 50;

/** What was said to whom, the newest first. Nobody can change what is there. */
export function CommunicationLog({ about }: { about: Subject }) {
  const log = usePaged<Communication, List<Communication>>(
    `${about.kind} ${about.id}`,
    ({ id }) => id,
    (cursor, signal) => listCommunications(about, { limit: PAGE, cursor }, signal),
  );
  const [recording, setRecording] = useState(false);
  return (
    <section class="card detail-card" aria-label="Communication">
      <header class="detail-card-head">
        <h2 class="grow">What was said</h2>
        <Button small icon="plus" onClick={() => setRecording(true)}>
          Add
        </Button>
      </header>
      {log.error ? (
        <Failure line what="What was said could not be loaded" error={log.error} onRetry={log.retry} />
      ) : null}
      {log.list === null ? (
        log.error ? null : (
          <Skeleton rows={3} label="Loading what was said" />
        )
      ) : log.list.rows.length === 0 ? (
        <p class="faint">Nothing yet. Write here what was said to whom, and when: the log proves it later.</p>
      ) : (
        <>
          <ol class="said-list">
            {log.list.rows.map((said) => (
              <Said key={said.id} said={said} />
            ))}
          </ol>
          {log.list.cursor === null ? null : (
            <Button small busy={log.loading} onClick={log.more}>
              Show earlier
            </Button>
          )}
        </>
      )}
      {recording ? (
        <RecordDialog
          about={about}
          onDone={() => {
            setRecording(false);
            say('It is in the log');
            log.reload();
          }}
          onClose={() => setRecording(false)}
        />
      ) : null}
    </section>
  );
}

function Said({ said }: { said: Communication }) {
  return (
    <li>
      <details>
        <summary>
          <span class="said-subject" dir="auto">
            {said.subject}
          </span>
          <span class="faint said-how">
            {CHANNEL_WORDS[said.channel]} to <bdi>{said.recipient}</bdi>, <Time ms={said.atMs} />, by{' '}
            <bdi>{said.byName}</bdi>
          </span>
        </summary>
        <p class="said-body" dir="auto">
          {said.body}
        </p>
      </details>
    </li>
  );
}
