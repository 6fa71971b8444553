import { useState } from 'preact/hooks';
import { sentence } from '../lib/errors.ts';
import type { Repeated } from '../state/use-repeated.ts';
import { Button } from './button.tsx';
import { Notice } from './states.tsx';

interface WorkLineProps<Step> {
  /** What is under way: "Archiving". */
  label: string;
  work: Repeated<Step>;
  /** 0 to 1; null where it is not known. */
  share: number | null;
  /** What was done so far. */
  words: (total: Step | null) => string;
  /** Who has read how it ended. */
  onClosed?: () => void;
}

/** Long work: what is done, how far that is, a way to stop it, and how it ended. */
export function WorkLine<Step>({ label, work, share, words, onClosed }: WorkLineProps<Step>) {
  const { state, total, error } = work;
  /** The end that was read; another run ends in another one. */
  const [closed, setClosed] = useState<Step | null | false>(false);
  if (state === 'idle') return null;
  const isRunning = state === 'running' || state === 'stopping';
  if (!isRunning && closed === total) return null;
  return (
    <Notice
      tone={state === 'failed' ? 'bad' : state === 'done' ? 'ok' : 'info'}
      action={
        state === 'running' ? (
          <Button small icon="stop" onClick={work.stop}>
            Stop
          </Button>
        ) : isRunning ? null : (
          <>
            {state === 'done' ? null : (
              <Button small icon="play" onClick={work.goOn}>
                Go on
              </Button>
            )}
            <Button
              small
              kind="quiet"
              icon="close"
              label="Close"
              onClick={() => {
                setClosed(total);
                onClosed?.();
              }}
            />
          </>
        )
      }
    >
      {isRunning ? (
        <progress class="work-progress" aria-label={label} {...(share === null ? {} : { value: share, max: 1 })} />
      ) : null}
      {STATE_WORDS[state]}
      {words(total)}
      {error ? `. ${sentence(error)}` : '.'}
    </Notice>
  );
}

const STATE_WORDS = {
  idle: '',
  running: '',
  stopping: 'Stopping when this part is done. ',
  stopped: 'Stopped. ',
  failed: 'It did not end. ',
  done: 'Done. ',
} as const;
