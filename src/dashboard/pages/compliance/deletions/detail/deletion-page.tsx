import { useState } from 'preact/hooks';
import type { DeletionRequest } from '../../../../../wire/compliance.ts';
import { cancelDeletion, executeDeletion, getDeletion } from '../../../../api/deletions.ts';
import { Button } from '../../../../components/button.tsx';
import { ConfirmByName } from '../../../../components/confirm-by-name.tsx';
import { Icon } from '../../../../components/icon.tsx';
import { Link } from '../../../../components/link.tsx';
import { ReasonDialog } from '../../../../components/reason-dialog.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../../../components/states.tsx';
import { StatusDot } from '../../../../components/status-dot.tsx';
import { dateTime } from '../../../../lib/format.ts';
import { go } from '../../../../state/route.ts';
import { say } from '../../../../state/toasts.ts';
import { useLookAgain } from '../../../../state/use-look-again.ts';
import { useResource } from '../../../../state/use-resource.ts';
import { CommunicationLog } from '../../communications/communication-log.tsx';
import { isOpen, personWords, STATE_TONES, STATE_WORDS } from '../deletion-words.ts';
import { deletionHref } from '../links.ts';
import { ClocksCard } from './clocks-card.tsx';
import { HoldsCard } from './holds-card.tsx';
import { PersonCard } from './person-card.tsx';
import { ReceiptCard } from './receipt-card.tsx';
import { StepsCard } from './steps-card.tsx';

/** While it is being erased, and while it waits. */
const LOOK_MS = { running: 3_000, waiting: 30_000 };

/** One request: by when, who, what is held back, how far the erasure is, and what was said. */
export function DeletionPage({ id }: { id: string }) {
  const request = useResource(id, (signal) => getDeletion(id, signal), false);
  const { data, error, loading, reload } = request;
  const isRunning = data?.state === 'running' || data?.state === 'due';
  const isWaiting = data === null || isOpen(data);
  useLookAgain(isWaiting && !loading, data ?? error, isRunning ? LOOK_MS.running : LOOK_MS.waiting, reload);
  const isMissing = error?.kind === 'problem' && error.status === 404;
  return (
    <>
      <Link class="back-link" href={deletionHref('')}>
        <Icon name="back" />
        <span>All requests</span>
      </Link>
      {data ? (
        <>
          {error ? <Failure line what="Not updated" error={error} onRetry={reload} /> : null}
          <Request request={data} onChanged={reload} />
        </>
      ) : isMissing ? (
        <Empty title="There is no such request">
          <Button onClick={() => go(deletionHref(''))}>Show all requests</Button>
        </Empty>
      ) : error ? (
        <Failure what="The request could not be loaded" error={error} onRetry={reload} />
      ) : (
        <Skeleton rows={16} label="Loading the request" />
      )}
    </>
  );
}

function Request({ request, onChanged }: { request: DeletionRequest; onChanged: () => void }) {
  const { id, state, problem, cancelledAtMs, cancelReason } = request;
  return (
    <>
      <header class="detail-title">
        <h2 class="clip" dir="auto" title={personWords(request)}>
          {personWords(request)}
        </h2>
        <StatusDot tone={STATE_TONES[state]}>{STATE_WORDS[state]}</StatusDot>
        <span class="grow" />
        <Actions request={request} onChanged={onChanged} />
      </header>
      {problem === null ? null : <Notice tone="bad">{problem}</Notice>}
      {cancelledAtMs === null ? null : (
        <Notice tone="info">
          Cancelled {dateTime(cancelledAtMs)}: <bdi>{cancelReason}</bdi>
        </Notice>
      )}
      <ClocksCard request={request} />
      <div class="detail-columns">
        <div class="detail-column">
          <StepsCard request={request} />
          {state === 'done' ? <ReceiptCard request={request} /> : null}
          <CommunicationLog about={{ kind: 'deletions', id }} />
        </div>
        <div class="detail-column">
          <PersonCard request={request} />
          <HoldsCard request={request} onChanged={onChanged} />
        </div>
      </div>
    </>
  );
}

function Actions({ request, onChanged }: { request: DeletionRequest; onChanged: () => void }) {
  const [asked, setAsked] = useState<'cancel' | 'execute' | null>(null);
  const { id, state } = request;
  const close = () => setAsked(null);
  const done = (words: string) => {
    close();
    say(words);
    onChanged();
  };
  if (state !== 'grace' && state !== 'due') return null;
  return (
    <div class="answer-actions">
      <Button onClick={() => setAsked('cancel')}>Cancel the request</Button>
      {state === 'grace' ? (
        <Button kind="danger" onClick={() => setAsked('execute')}>
          Erase now
        </Button>
      ) : null}
      {asked === 'cancel' ? (
        <ReasonDialog
          title="Cancel the request"
          action="Cancel the request"
          words="Nothing is erased. The request, and why it was cancelled, stay in the register."
          submit={(reason) => cancelDeletion(id, reason)}
          onDone={() => done('The request is cancelled')}
          onClose={close}
        />
      ) : null}
      {asked === 'execute' ? (
        <ConfirmByName
          title="End the grace period"
          name={personWords(request)}
          action="Erase now"
          submit={() => executeDeletion(id)}
          onDone={() => done('The erasure begins with the next run')}
          onClose={close}
        >
          Everything that names this person and is not held is erased from the database, the journal and the archives,
          beginning with the next run. It cannot be cancelled any more, and nothing brings it back.
        </ConfirmByName>
      ) : null}
    </div>
  );
}
