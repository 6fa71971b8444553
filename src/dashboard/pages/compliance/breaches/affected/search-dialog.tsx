import { useState } from 'preact/hooks';
import type { Breach } from '../../../../../wire/compliance.ts';
import type { Stream } from '../../../../../wire/record.ts';
import { searchAffected } from '../../../../api/breaches.ts';
import { Field, TextField } from '../../../../components/field.tsx';
import { FormDialog } from '../../../../components/form-dialog.tsx';
import { StreamSelect } from '../../../../components/query/stream-select.tsx';
import { TimeField } from '../../../../components/time-field.tsx';
import { fieldReason } from '../../../../lib/errors.ts';
import { now } from '../../../../state/clock.ts';
import { project, projects } from '../../../../state/projects.ts';

/** Finds users by the records that name them; what is found is added to who is there. */
export function SearchDialog({ breach, onDone, onClose }: { breach: Breach; onDone: () => void; onClose: () => void }) {
  const [of, setOf] = useState(breach.projectId ?? project.value?.id ?? '');
  const [q, setQ] = useState('');
  const [stream, setStream] = useState<Stream | null>(null);
  const [fromMs, setFrom] = useState<number | null>(breach.beganAtMs ?? breach.detectedAtMs);
  const [toMs, setTo] = useState<number | null>(breach.endedAtMs ?? now());
  const isReversed = fromMs !== null && toMs !== null && fromMs >= toMs;
  return (
    <FormDialog
      title="Look up affected users"
      action="Look up"
      ready={of !== '' && fromMs !== null && toMs !== null && !isReversed}
      places={['/project', '/q', '/from', '/to']}
      submit={() => searchAffected(breach.id, { project: of, q: q.trim(), from: fromMs ?? 0, to: toMs ?? 0, stream })}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <p>
            Every user that a matching record names is added. It goes on in the background, over database and archives.
          </p>
          {breach.projectId === null ? (
            <Field label="Project" error={fieldReason(error, '/project')}>
              {(ids) => (
                <select {...ids} class="select" value={of} onChange={(event) => setOf(event.currentTarget.value)}>
                  {projects.value.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          ) : null}
          <TextField
            label="Query"
            value={q}
            placeholder='message:"export sent" service:billing'
            hint="As in Logs. Empty is every record of the time."
            error={fieldReason(error, '/q')}
            onInput={setQ}
          />
          <Field label="Stream">{({ id }) => <StreamSelect id={id} value={stream} onChange={setStream} />}</Field>
          <TimeField label="From" ms={fromMs} error={fieldReason(error, '/from')} onInput={setFrom} required />
          <TimeField
            label="To"
            ms={toMs}
            error={isReversed ? 'This is before the start.' : fieldReason(error, '/to')}
            onInput={setTo}
            required
          />
        </>
      )}
    </FormDialog>
  );
}
