import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import type { QueryFault } from '../../lib/errors.ts';
import { duration, exact, plural, second } from '../../lib/format.ts';
import { now, ticking } from '../../state/clock.ts';
import type { Live } from './use-live.ts';

/** What the reader must know about the list below: is it whole, is it current. */
export function LiveNotices({ live, reading, fault }: { live: Live; reading: boolean; fault: QueryFault | null }) {
  const { state, tail, gap, historyFailed, paused } = live;
  return (
    <>
      <div class="list-notices">
        {state.kind === 'lost' ? (
          <Notice
            tone="bad"
            action={
              <Button small icon="refresh" onClick={live.retry}>
                Try now
              </Button>
            }
          >
            The live link is lost since <Time ms={state.sinceMs} format={second} />. What you see ends there.{' '}
            <NextTry atMs={state.retryAtMs} />
          </Notice>
        ) : null}
        {state.kind === 'refused' && fault === null && tail.rows.length > 0 ? (
          <Notice tone="bad">The server does not serve this live view: {state.message}</Notice>
        ) : null}
        {gap ? (
          <Notice tone="warn">The link was away too long to catch up here. Logs has what came meanwhile.</Notice>
        ) : null}
        {historyFailed ? (
          <Notice tone="warn">What came before this view was opened could not be loaded. Logs has it.</Notice>
        ) : null}
        {tail.dropped > 0 ? (
          <Notice tone="warn">
            {plural(tail.dropped, 'record')} came faster than this view could follow. They are stored: Logs has them
            all.
          </Notice>
        ) : null}
        {tail.overflowed > 0 ? (
          <Notice tone="warn">
            {plural(tail.overflowed, 'record')} of this pause went past the buffer. Logs has them all.
          </Notice>
        ) : null}
      </div>
      {tail.held.length > 0 ? (
        <div class="held" role="status" title={exact(tail.held.length)}>
          <span>
            {plural(tail.held.length, 'new record')}{' '}
            {paused ? 'since you paused' : reading ? 'held while you read' : ''}
          </span>
          <Button small icon="up" onClick={() => (paused ? live.setPaused(false) : live.showHeld())}>
            {paused ? 'Go on' : 'Show'}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function NextTry({ atMs }: { atMs: number }) {
  ticking.value;
  const leftMs = atMs - now();
  return <span>{leftMs > 1_000 ? `Next try in ${duration(leftMs)}.` : 'Trying again.'}</span>;
}
