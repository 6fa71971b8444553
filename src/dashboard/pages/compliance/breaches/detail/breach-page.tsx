import { useState } from 'preact/hooks';
import type { Breach } from '../../../../../wire/compliance.ts';
import { changeBreach, getBreach, resolveBreach } from '../../../../api/breaches.ts';
import { Button } from '../../../../components/button.tsx';
import { FormDialog } from '../../../../components/form-dialog.tsx';
import { Icon } from '../../../../components/icon.tsx';
import { Link } from '../../../../components/link.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../../../components/states.tsx';
import { StatusDot } from '../../../../components/status-dot.tsx';
import { TextArea } from '../../../../components/text-area.tsx';
import { fieldReason } from '../../../../lib/errors.ts';
import { dateTime } from '../../../../lib/format.ts';
import { go } from '../../../../state/route.ts';
import { say, sayError } from '../../../../state/toasts.ts';
import { useLookAgain } from '../../../../state/use-look-again.ts';
import { useResource } from '../../../../state/use-resource.ts';
import { CommunicationLog } from '../../communications/communication-log.tsx';
import { AffectedCard } from '../affected/affected-card.tsx';
import { AffectedList } from '../affected/affected-list.tsx';
import { nextClock, STATE_WORDS } from '../breach-words.ts';
import { breachHref } from '../links.ts';
import { ClocksCard } from './clocks-card.tsx';
import { FactsCard } from './facts-card.tsx';
import { ReportCard } from './report-card.tsx';

/** While users are looked up or told, and while nothing moves but the clocks. */
const LOOK_MS = { working: 3_000, waiting: 30_000 };

/** One breach: by when what must be done, what is known, who is affected, and who was told. */
export function BreachPage({ id }: { id: string }) {
  const { data, error, loading, reload } = useResource(id, (signal) => getBreach(id, signal), false);
  const isWorking = data !== null && (data.affected.searching || data.affected.pending + data.affected.queued > 0);
  useLookAgain(!loading, data ?? error, isWorking ? LOOK_MS.working : LOOK_MS.waiting, reload);
  const isMissing = error?.kind === 'problem' && error.status === 404;
  return (
    <>
      <Link class="back-link" href={breachHref('')}>
        <Icon name="back" />
        <span>All breaches</span>
      </Link>
      {data ? (
        <>
          {error ? <Failure line what="Not updated" error={error} onRetry={reload} /> : null}
          <Content breach={data} onChanged={reload} />
        </>
      ) : isMissing ? (
        <Empty title="There is no such breach">
          <Button onClick={() => go(breachHref(''))}>Show all breaches</Button>
        </Empty>
      ) : error ? (
        <Failure what="The breach could not be loaded" error={error} onRetry={reload} />
      ) : (
        <Skeleton rows={16} label="Loading the breach" />
      )}
    </>
  );
}

function Content({ breach, onChanged }: { breach: Breach; onChanged: () => void }) {
  const { id, title, state, resolvedAtMs, resolution } = breach;
  return (
    <>
      <header class="detail-title">
        <h2 class="clip" dir="auto" title={title}>
          {title}
        </h2>
        <StatusDot tone={STATE_WORDS[state].tone}>{STATE_WORDS[state].word}</StatusDot>
        <span class="grow" />
        {state === 'resolved' ? null : <Actions breach={breach} onChanged={onChanged} />}
      </header>
      {resolvedAtMs === null ? null : (
        <Notice tone="ok">
          Resolved {dateTime(resolvedAtMs)}: <bdi>{resolution}</bdi>
        </Notice>
      )}
      <ClocksCard breach={breach} onChanged={onChanged} />
      <div class="detail-columns">
        <div class="detail-column">
          <AffectedCard breach={breach} onChanged={onChanged} />
          <ReportCard breach={breach} />
          <CommunicationLog about={{ kind: 'breaches', id }} />
        </div>
        <div class="detail-column">
          <FactsCard breach={breach} />
        </div>
      </div>
      <AffectedList breach={breach} />
    </>
  );
}

function Actions({ breach, onChanged }: { breach: Breach; onChanged: () => void }) {
  const { id, version, state } = breach;
  const [resolving, setResolving] = useState(false);
  const [busy, setBusy] = useState(false);
  const isAnswered = nextClock(breach) === null;
  const change = async (next: 'open' | 'contained') => {
    setBusy(true);
    const answer = await changeBreach(id, { version, state: next });
    setBusy(false);
    if (!answer.ok) return sayError('It was not changed', answer.error);
    say(next === 'contained' ? 'The breach is contained' : 'The breach is open again');
    onChanged();
  };
  return (
    <div class="answer-actions">
      <Button onClick={() => go(breachHref(id, 'edit'))}>Edit</Button>
      {state === 'open' ? (
        <Button busy={busy} onClick={() => void change('contained')}>
          It is contained
        </Button>
      ) : (
        <Button busy={busy} onClick={() => void change('open')}>
          Open again
        </Button>
      )}
      <Button kind="primary" disabled={!isAnswered} onClick={() => setResolving(true)}>
        {isAnswered ? 'Resolve' : 'Resolve once every clock is answered'}
      </Button>
      {resolving ? (
        <ResolveDialog
          breach={breach}
          onDone={() => {
            setResolving(false);
            say('The breach is resolved');
            onChanged();
          }}
          onClose={() => setResolving(false)}
        />
      ) : null}
    </div>
  );
}

function ResolveDialog({ breach, onDone, onClose }: { breach: Breach; onDone: () => void; onClose: () => void }) {
  const [resolution, setResolution] = useState('');
  return (
    <FormDialog
      title="Resolve the breach"
      action="Resolve"
      ready={resolution.trim() !== ''}
      places={['/resolution']}
      submit={() => resolveBreach(breach.id, breach.version, resolution.trim())}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <p>It stays in the register as it is now, and nobody changes it any more.</p>
          <TextArea
            label="What was done, and what was learned"
            rows={5}
            value={resolution}
            error={fieldReason(error, '/resolution')}
            onInput={setResolution}
          />
        </>
      )}
    </FormDialog>
  );
}
