import { useState } from 'preact/hooks';
import type { Breach, BreachNotification } from '../../../../../wire/compliance.ts';
import { notifyAffected } from '../../../../api/breaches.ts';
import { draftOf, listTemplates } from '../../../../api/communications.ts';
import { getNoticeSettings } from '../../../../api/jobs.ts';
import { Field, TextField } from '../../../../components/field.tsx';
import { FormDialog } from '../../../../components/form-dialog.tsx';
import { Failure } from '../../../../components/states.tsx';
import { TextArea } from '../../../../components/text-area.tsx';
import { fieldReason } from '../../../../lib/errors.ts';
import { exact } from '../../../../lib/format.ts';
import { sayError } from '../../../../state/toasts.ts';
import { useResource } from '../../../../state/use-resource.ts';
import { leftToTell } from '../breach-words.ts';

interface NotifyDialogProps {
  breach: Breach;
  /** What was told before: it goes on with the same words unless somebody changes them. */
  last: BreachNotification | null;
  onDone: () => void;
  onClose: () => void;
}

/** Tells each affected user once, through a destination, with a receipt of each. */
export function NotifyDialog({ breach, last, onDone, onClose }: NotifyDialogProps) {
  // Destinations of every project are listed where notices choose theirs.
  const destinations = useResource('destinations', getNoticeSettings);
  const templates = useResource('templates', listTemplates);
  const [destinationId, setDestination] = useState(last?.destinationId ?? '');
  const [subject, setSubject] = useState(last?.subject ?? '');
  const [body, setBody] = useState(last?.body ?? '');
  const take = async (templateId: string) => {
    if (templateId === '') return;
    const draft = await draftOf({ kind: 'breaches', id: breach.id }, templateId);
    if (!draft.ok) return sayError('The template could not be used', draft.error);
    setSubject(draft.value.subject);
    setBody(draft.value.body);
  };
  // A chat channel would show others who is affected: the server refuses it.
  const there = destinations.data?.destinations.filter(
    ({ kind, projectId }) =>
      (kind === 'webhook' || kind === 'email') && (breach.projectId === null || projectId === breach.projectId),
  );
  const left = leftToTell(breach.affected);
  return (
    <FormDialog
      title="Tell affected users"
      action={`Tell ${exact(left)} ${left === 1 ? 'user' : 'users'}`}
      ready={destinationId !== '' && subject.trim() !== '' && body.trim() !== ''}
      places={['/destinationId', '/subject', '/body']}
      submit={() => notifyAffected(breach.id, { destinationId, subject: subject.trim(), body })}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <p>Each user is one event to the destination, which reaches them. Who was told already is not told again.</p>
          {destinations.error ? (
            <Failure
              line
              what="The destinations could not be loaded"
              error={destinations.error}
              onRetry={destinations.reload}
            />
          ) : null}
          <Field label="Destination" error={fieldReason(error, '/destinationId')}>
            {(ids) => (
              <select
                {...ids}
                class="select"
                value={destinationId}
                onChange={(event) => setDestination(event.currentTarget.value)}
              >
                <option value="">{there?.length === 0 ? 'There is no destination yet' : 'Choose a destination'}</option>
                {(there ?? []).map(({ id, name, projectName }) => (
                  <option key={id} value={id}>
                    {`${name}, ${projectName}`}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Template">
            {(ids) => (
              <select {...ids} class="select" onChange={(event) => void take(event.currentTarget.value)}>
                <option value="">None</option>
                {(templates.data?.items ?? [])
                  .filter(({ purpose }) => purpose === 'breach_affected')
                  .map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
              </select>
            )}
          </Field>
          <TextField
            label="Subject"
            value={subject}
            error={fieldReason(error, '/subject')}
            onInput={setSubject}
            required
          />
          <TextArea
            label="Text"
            rows={8}
            value={body}
            hint="What happened, what it means for them, what they can do, and whom to ask."
            error={fieldReason(error, '/body')}
            onInput={setBody}
          />
        </>
      )}
    </FormDialog>
  );
}
