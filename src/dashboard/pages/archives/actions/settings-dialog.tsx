import { useState } from 'preact/hooks';
import {
  type ArchiveSettings,
  type ArchiveStatus,
  MAX_HOT_DAYS,
  MAX_RETENTION_DAYS,
  MIN_HOT_DAYS,
} from '../../../../wire/archive.ts';
import { STREAMS, type Stream } from '../../../../wire/record.ts';
import { changeArchiveSettings } from '../../../api/archives.ts';
import type { Project } from '../../../api/types.ts';
import { Button } from '../../../components/button.tsx';
import { Choice } from '../../../components/choice.tsx';
import { Check, TextField } from '../../../components/field.tsx';
import { FormDialog } from '../../../components/form-dialog.tsx';
import { NumberField } from '../../../components/number-field.tsx';
import { Notice } from '../../../components/states.tsx';
import { fieldReason } from '../../../lib/errors.ts';
import { day } from '../../../lib/format.ts';
import { now } from '../../../state/clock.ts';
import { isPossible, lossesOf, settingsWords } from './settings-words.ts';

interface SettingsDialogProps {
  project: Project;
  status: ArchiveStatus;
  onDone: () => void;
  onClose: () => void;
}

const PLACES = ['/hotDays', '/retentionDays', '/retentionDaysByStream', '/infrequentAfterDays'];

/** By which rules records move and go, with what that will do in words. What would be lost is confirmed by the project's name. */
export function SettingsDialog({ project, status, onDone, onClose }: SettingsDialogProps) {
  const [draft, setDraft] = useState<ArchiveSettings>(status.settings);
  const [typed, setTyped] = useState('');
  const set = (change: Partial<ArchiveSettings>) => setDraft((before) => ({ ...before, ...change }));
  const possible = isPossible(draft);
  const least = leastOf(draft);
  const losses = possible ? lossesOf(status.settings, draft, status, now()) : [];
  const isMeant = losses.length === 0 || typed.trim() === project.name.trim();
  return (
    <FormDialog
      title="Settings of the archive"
      action={losses.length === 0 ? 'Save' : 'Save, and delete'}
      danger={losses.length > 0}
      ready={possible && isMeant}
      places={PLACES}
      submit={() => changeArchiveSettings(project.id, draft)}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <div class="archive-numbers">
            <NumberField
              label="In the database for"
              unit="days"
              min={MIN_HOT_DAYS}
              max={MAX_HOT_DAYS}
              value={draft.hotDays}
              error={fieldReason(error, '/hotDays')}
              onInput={(hotDays) => set({ hotDays })}
            />
            <NumberField
              label="Infrequent access after"
              unit="days"
              min={0}
              max={MAX_RETENTION_DAYS}
              value={draft.infrequentAfterDays}
              error={fieldReason(error, '/infrequentAfterDays')}
              onInput={(infrequentAfterDays) => set({ infrequentAfterDays })}
            />
            <NumberField
              label="Deleted after"
              unit="days"
              min={least}
              max={MAX_RETENTION_DAYS}
              value={draft.retentionDays}
              error={fieldReason(error, '/retentionDays')}
              onInput={(retentionDays) => set({ retentionDays })}
            />
          </div>
          <Streams draft={draft} error={fieldReason(error, '/retentionDaysByStream')} onChange={set} />
          <Check
            label="Write a Parquet file for each day and stream"
            checked={draft.warehouse}
            onChange={(warehouse) => set({ warehouse })}
          />
          {possible ? (
            <section class="archive-outcome" aria-label="What these settings do" aria-live="polite">
              <h3>What these settings do</h3>
              <ul>
                {settingsWords(draft).map((words) => (
                  <li key={words}>{words}</li>
                ))}
              </ul>
            </section>
          ) : null}
          {losses.length === 0 ? null : (
            <>
              <Notice tone="bad">
                The next run deletes what is there now:{' '}
                {losses.map(({ stream, beforeMs }) => `${stream} before ${day(beforeMs)}`).join(', ')}. Nothing brings
                it back.
              </Notice>
              <TextField label={`Type “${project.name}” to confirm`} value={typed} onInput={setTyped} />
            </>
          )}
        </>
      )}
    </FormDialog>
  );
}

/** Nothing is deleted before it was archived. */
function leastOf({ hotDays }: ArchiveSettings): number {
  return Number.isNaN(hotDays) ? MIN_HOT_DAYS : hotDays;
}

interface StreamsProps {
  draft: ArchiveSettings;
  error: string | null;
  onChange: (change: Partial<ArchiveSettings>) => void;
}

/** Streams that are kept for another time than the rest. */
function Streams({ draft, error, onChange }: StreamsProps) {
  const { retentionDays, retentionDaysByStream: own } = draft;
  const rest = STREAMS.filter((stream) => own[stream] === undefined);
  const change = (next: ArchiveSettings['retentionDaysByStream']) => onChange({ retentionDaysByStream: next });
  const without = (stream: Stream) => {
    const { [stream]: _, ...others } = own;
    return others;
  };
  return (
    <fieldset class="fieldset archive-streams">
      <legend>Streams that differ</legend>
      {STREAMS.filter((stream) => own[stream] !== undefined).map((stream) => (
        <div key={stream} class="archive-stream">
          <NumberField
            label={`Deleted after, ${stream}`}
            unit="days"
            min={leastOf(draft)}
            max={MAX_RETENTION_DAYS}
            value={own[stream] ?? Number.NaN}
            onInput={(value) => change({ ...own, [stream]: value })}
          />
          <Button
            small
            kind="quiet"
            icon="close"
            label={`${stream} as the rest`}
            onClick={() => change(without(stream))}
          />
        </div>
      ))}
      {error ? <p class="field-error">{error}</p> : null}
      {rest.length === 0 ? null : (
        <Choice
          label="Add a stream that differs"
          value=""
          options={[['', 'Add a stream'], ...rest.map((stream): [string, string] => [stream, stream])]}
          onChange={(stream) => change({ ...own, [stream]: retentionDays })}
        />
      )}
    </fieldset>
  );
}
