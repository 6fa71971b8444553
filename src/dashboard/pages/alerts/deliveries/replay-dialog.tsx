import { useState } from 'preact/hooks';
import { getWebhookHealth } from '../../../api/health.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Field } from '../../../components/field.tsx';
import { Failure, Notice, Skeleton } from '../../../components/states.tsx';
import { sentence } from '../../../lib/errors.ts';
import { dateTime, exact, plural } from '../../../lib/format.ts';
import { span } from '../../../state/range.ts';
import { useResource } from '../../../state/use-resource.ts';
import { type ReplayState, type Target, useReplay } from './use-replay.ts';

interface ReplayDialogProps {
  project: string;
  /** Destination that the page is narrowed to. */
  chosen: string | null;
  onClose: () => void;
}

interface Dead extends Target {
  deadLetters: number;
}

/** What did not arrive is sent anew, all of it or of a time, with how far that is. */
export function ReplayDialog({ project, chosen, onClose }: ReplayDialogProps) {
  const health = useResource(project, (signal) => getWebhookHealth(project, signal));
  const replay = useReplay(project);
  const dead = health.data?.destinations
    .filter(({ deadLetters }) => deadLetters > 0)
    .map(({ destinationId, name, deadLetters }): Dead => ({ id: destinationId, name, deadLetters }));
  return (
    <Dialog title="Replay dead letters" stays onClose={onClose}>
      {replay.state.targets !== null ? (
        <Progress state={replay.state} onStop={replay.stop} onClose={onClose} />
      ) : dead !== undefined ? (
        <Choice dead={dead} chosen={chosen} onStart={replay.start} onClose={onClose} />
      ) : health.error ? (
        <Failure line what="Not known what there is" error={health.error} onRetry={health.reload} />
      ) : (
        <Skeleton rows={4} label="Loading dead letters" />
      )}
    </Dialog>
  );
}

interface ChoiceProps {
  dead: readonly Dead[];
  chosen: string | null;
  onStart: (targets: readonly Target[], span: { fromMs: number; toMs: number } | null) => Promise<void>;
  onClose: () => void;
}

function Choice({ dead, chosen, onStart, onClose }: ChoiceProps) {
  const [id, setId] = useState(dead.some((one) => one.id === chosen) ? (chosen ?? '') : '');
  const [inSpan, setInSpan] = useState(false);
  const [{ fromMs, toMs }] = useState(span.peek());
  const targets = id === '' ? dead : dead.filter((one) => one.id === id);
  const count = targets.reduce((sum, { deadLetters }) => sum + deadLetters, 0);
  if (dead.length === 0) {
    return (
      <>
        <p>There is no dead letter: all that was to be told was told, or still waits for its next attempt.</p>
        <div class="dialog-actions">
          <Button kind="primary" onClick={onClose}>
            Close
          </Button>
        </div>
      </>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void onStart(targets, inSpan ? { fromMs, toMs } : null);
      }}
    >
      <Field label="Of">
        {(ids) => (
          <select {...ids} class="select" value={id} onChange={(event) => setId(event.currentTarget.value)}>
            <option value="">{`All ${plural(dead.length, 'destination')} that have some`}</option>
            {dead.map(({ id: of, name, deadLetters }) => (
              <option key={of} value={of}>
                {`${name} (${exact(deadLetters)})`}
              </option>
            ))}
          </select>
        )}
      </Field>
      <fieldset class="fieldset">
        <legend>Made</legend>
        <label class="check">
          <input type="radio" name="when" checked={!inSpan} onChange={() => setInSpan(false)} />
          <span>at any time</span>
        </label>
        <label class="check">
          <input type="radio" name="when" checked={inSpan} onChange={() => setInSpan(true)} />
          <span>{`from ${dateTime(fromMs)} to ${dateTime(toMs)}, the time of this page`}</span>
        </label>
      </fieldset>
      <p class="faint">
        They go out under their old ids, in the order in which they were made, at the rate of their destination: a
        receiver that has seen one can tell.
      </p>
      <div class="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary">
          {inSpan ? 'Replay those of this time' : `Replay ${plural(count, 'dead letter')}`}
        </Button>
      </div>
    </form>
  );
}

interface ProgressProps {
  state: ReplayState;
  onStop: () => void;
  onClose: () => void;
}

function Progress({ state: { targets, done, running }, onStop, onClose }: ProgressProps) {
  const all = targets ?? [];
  const replayed = done.reduce((sum, { deliveries }) => sum + deliveries, 0);
  const failed = done.filter(({ error }) => error !== null);
  const stopped = !running && done.length < all.length;
  return (
    <>
      <p role="status">
        {running ? `Destination ${done.length + 1} of ${all.length}: ` : ''}
        {plural(replayed, 'dead letter')} {running ? 'so far' : stopped ? 'replayed before it was stopped' : 'replayed'}
      </p>
      <progress
        class="replay-progress"
        aria-label="Destinations done"
        value={done.length}
        max={Math.max(1, all.length)}
      />
      <ul class="replay-results" aria-label="Results">
        {done.map(({ id, name, deliveries, error }) => (
          <li key={id}>
            <bdi class="clip">{name}</bdi>
            <span>
              {error === null ? `${exact(deliveries)} replayed` : <span class="tone-bad">{sentence(error)}</span>}
            </span>
          </li>
        ))}
      </ul>
      {running || failed.length > 0 ? null : (
        <Notice tone="ok">They wait to be delivered now, and are listed as such.</Notice>
      )}
      <div class="dialog-actions">
        {running ? (
          <Button icon="stop" onClick={onStop}>
            Stop
          </Button>
        ) : (
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        )}
      </div>
    </>
  );
}
