import { useState } from 'preact/hooks';
import type { ArchiveRestore } from '../../../../wire/archive.ts';
import type { Stream } from '../../../../wire/record.ts';
import { listArchives, restoreArchive } from '../../../api/archives.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Field } from '../../../components/field.tsx';
import { NumberField } from '../../../components/number-field.tsx';
import { StreamSelect } from '../../../components/query/stream-select.tsx';
import { Notice } from '../../../components/states.tsx';
import { TimeField } from '../../../components/time-field.tsx';
import { WorkLine } from '../../../components/work-line.tsx';
import { bytes, day, plural } from '../../../lib/format.ts';
import { useRepeated } from '../../../state/use-repeated.ts';
import { useResource } from '../../../state/use-resource.ts';

export interface RestoreRange {
  fromMs: number | null;
  toMs: number | null;
  stream: Stream | null;
}

interface RestoreDialogProps {
  project: string;
  range: RestoreRange;
  onClose: () => void;
}

const DEFAULT_DAYS = 7;
const MAX_DAYS = 90;
/** Of one answer: with more archives the amount is not told beforehand. */
const COUNTED = 200;

/** Brings the records of a time back into the database for some days, where reading them is faster. They stay archived. */
export function RestoreDialog({ project, range, onClose }: RestoreDialogProps) {
  const [fromMs, setFrom] = useState(range.fromMs);
  const [toMs, setTo] = useState(range.toMs);
  const [stream, setStream] = useState(range.stream);
  const [days, setDays] = useState(DEFAULT_DAYS);
  const isReversed = fromMs !== null && toMs !== null && fromMs >= toMs;
  const whole = fromMs !== null && toMs !== null && !isReversed ? { fromMs, toMs } : null;
  const size = useResource(whole && JSON.stringify([project, whole, stream]), (signal) =>
    listArchives(project, { stream, sinceMs: fromMs, untilMs: toMs }, { limit: COUNTED, cursor: null }, signal),
  );
  const work = useRepeated<ArchiveRestore>(
    () =>
      restoreArchive(project, {
        fromMs: fromMs ?? 0,
        toMs: toMs ?? 0,
        days,
        ...(stream === null ? {} : { stream }),
      }),
    addRestores,
  );
  const found = whole !== null && size.data?.nextCursor === null ? size.data.items : null;
  const all = found?.reduce((sum, { blocks }) => sum + blocks, 0) ?? null;
  const isRunning = work.state === 'running' || work.state === 'stopping';
  const ready = whole !== null && days >= 1 && days <= MAX_DAYS && !isRunning;
  return (
    <Dialog title="Restore a time" stays onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) work.start();
        }}
      >
        <p>
          Searches read archives as they are; restored, their records are read faster for some days. They stay archived
          meanwhile, and nothing is doubled.
        </p>
        <fieldset class="plain-fields" disabled={isRunning}>
          <TimeField label="From" ms={fromMs} onInput={setFrom} />
          <TimeField label="To" ms={toMs} onInput={setTo} error={isReversed ? 'This is before the start.' : null} />
          <Field label="Stream">{({ id }) => <StreamSelect id={id} value={stream} onChange={setStream} />}</Field>
          <NumberField label="For" unit="days" min={1} max={MAX_DAYS} value={days} onInput={setDays} />
        </fieldset>
        <p class="faint" role="status">
          {whole === null
            ? 'Choose a time to see how much it holds.'
            : found === null
              ? size.error
                ? 'How much that is is not known now.'
                : size.data
                  ? `More than ${plural(COUNTED, 'archive')}.`
                  : 'Looking how much that is.'
              : found.length === 0
                ? 'No archive has records of this time.'
                : `${plural(found.length, 'archive')} with ${plural(all ?? 0, 'block')}, ${bytes(found.reduce((sum, { packedBytes }) => sum + packedBytes, 0))} in the database.`}
        </p>
        <WorkLine
          label="Restoring"
          work={work}
          share={work.total && all ? Math.min(1, work.total.blocks / all) : null}
          words={(total) =>
            total === null
              ? 'Reading the first archive'
              : `${plural(total.blocks, 'block')} (${bytes(total.rawBytes)} raw) ${total.done ? `in the database until ${day(total.hotUntilMs)}` : 'so far'}`
          }
        />
        {work.state === 'done' && work.total?.blocks === 0 ? (
          <Notice tone="info">
            Nothing had to be restored: all of this time is in the database, or there is nothing.
          </Notice>
        ) : null}
        <div class="dialog-actions">
          <Button onClick={onClose}>{work.state === 'done' ? 'Done' : 'Close'}</Button>
          <Button type="submit" kind="primary" busy={isRunning} disabled={!ready && !isRunning}>
            {isRunning ? 'Restoring' : 'Restore'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function addRestores(before: ArchiveRestore, step: ArchiveRestore): ArchiveRestore {
  return { ...step, blocks: before.blocks + step.blocks, rawBytes: before.rawBytes + step.rawBytes };
}
