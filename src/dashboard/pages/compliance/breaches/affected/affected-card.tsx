import { useState } from 'preact/hooks';
import type { Breach, BreachSearch } from '../../../../../wire/compliance.ts';
import { listNotifications, listSearches, stopNotifying, stopSearches } from '../../../../api/breaches.ts';
import { Button } from '../../../../components/button.tsx';
import { Failure } from '../../../../components/states.tsx';
import { StatusDot } from '../../../../components/status-dot.tsx';
import { Time } from '../../../../components/time.tsx';
import { exact, percent, plural } from '../../../../lib/format.ts';
import { say, sayError } from '../../../../state/toasts.ts';
import { useResource } from '../../../../state/use-resource.ts';
import { leftToTell, toldShare } from '../breach-words.ts';
import { NotifyDialog } from './notify-dialog.tsx';
import { SearchDialog } from './search-dialog.tsx';

/** Who is affected, how they were looked up, and how far it is that they are told. */
export function AffectedCard({ breach, onChanged }: { breach: Breach; onChanged: () => void }) {
  const { id, affected, state } = breach;
  const [open, setOpen] = useState<'search' | 'notify' | null>(null);
  const moved = JSON.stringify(affected);
  const searches = useResource(`${id} ${moved}`, (signal) => listSearches(id, signal));
  const notifications = useResource(`${id} ${moved}`, (signal) => listNotifications(id, signal));
  const [newest] = notifications.data?.items ?? [];
  const isTelling = newest !== undefined && newest.stoppedAtMs === null && affected.pending > 0;
  const share = toldShare(affected);
  const left = leftToTell(affected);
  const reload = () => {
    setOpen(null);
    onChanged();
    searches.reload();
    notifications.reload();
  };
  const stop = async () => {
    const answer = await stopNotifying(id);
    if (!answer.ok) return sayError('It was not stopped', answer.error);
    say('Nobody else is told');
    reload();
  };
  const stopLooking = async () => {
    const answer = await stopSearches(id);
    if (!answer.ok) return sayError('It was not stopped', answer.error);
    say('Nobody else is looked up');
    reload();
  };
  return (
    <section class="card detail-card" aria-label="Affected users">
      <header class="detail-card-head">
        <h2 class="grow">Affected users</h2>
        {state === 'resolved' ? null : (
          <>
            {affected.searching ? (
              <Button small icon="stop" onClick={() => void stopLooking()}>
                Stop looking
              </Button>
            ) : null}
            <Button small icon="search" onClick={() => setOpen('search')}>
              Look up
            </Button>
            {isTelling ? (
              <Button small icon="stop" onClick={() => void stop()}>
                Stop
              </Button>
            ) : (
              <Button small kind="primary" disabled={left === 0} onClick={() => setOpen('notify')}>
                {affected.users > 0 && left === 0
                  ? 'Everybody was told'
                  : newest === undefined
                    ? 'Tell them'
                    : 'Go on telling'}
              </Button>
            )}
          </>
        )}
      </header>
      <p>
        {affected.users === 0
          ? affected.searching
            ? 'They are being looked up.'
            : 'Nobody was looked up yet. A search over the records finds who is named in them.'
          : `${exact(affected.users)} ${affected.users === 1 ? 'user is' : 'users are'} named in ${plural(affected.records, 'record')}${affected.searching ? ' so far' : ''}.`}
      </p>
      {share === null ? null : (
        <>
          {isTelling ? <progress class="work-progress" aria-label="Told" value={share} max={1} /> : null}
          <p class="faint">
            {percent(share)} told: {exact(affected.delivered)} delivered, {exact(affected.queued)} handed over,{' '}
            {exact(affected.pending)} waiting, {exact(affected.failed)} failed.
          </p>
        </>
      )}
      <details>
        <summary class="faint">How they were looked up</summary>
        {searches.error ? (
          <Failure line what="The searches could not be loaded" error={searches.error} onRetry={searches.reload} />
        ) : null}
        {searches.data?.items.length === 0 ? <p class="faint">By no search yet.</p> : null}
        <ul class="breach-searches">
          {(searches.data?.items ?? []).map((search) => (
            <Search key={search.id} search={search} />
          ))}
        </ul>
      </details>
      {open === 'search' ? <SearchDialog breach={breach} onDone={reload} onClose={() => setOpen(null)} /> : null}
      {open === 'notify' ? (
        <NotifyDialog breach={breach} last={newest ?? null} onDone={reload} onClose={() => setOpen(null)} />
      ) : null}
    </section>
  );
}

const SEARCH_TONES = { running: 'info', done: 'ok', failed: 'bad', stopped: 'off' } as const;
const SEARCH_WORDS = { done: 'Looked up', failed: 'Failed', stopped: 'Stopped' } as const;

function Search({ search }: { search: BreachSearch }) {
  const { q, stream, fromMs, toMs, reachedMs, state, matched, named, startedByName, problem } = search;
  const share = toMs > fromMs ? Math.min(1, Math.max(0, (reachedMs - fromMs) / (toMs - fromMs))) : 1;
  return (
    <li>
      <StatusDot tone={SEARCH_TONES[state]}>
        {state === 'running' ? `Looking, ${percent(share)}` : SEARCH_WORDS[state]}
      </StatusDot>
      <code class="breach-query">{q === '' ? 'every record' : q}</code>
      <span class="faint">
        {stream ?? 'every stream'}, <Time ms={fromMs} /> to <Time ms={toMs} />, by <bdi>{startedByName}</bdi>:{' '}
        {plural(matched, 'record')} matched, {exact(named)} name a user
      </span>
      {problem === null ? null : <bdi>{problem}</bdi>}
    </li>
  );
}
