import { useState } from 'preact/hooks';
import { CHANNELS, type Communication } from '../../../../wire/compliance.ts';
import { draftOf, listTemplates, recordCommunication, type Subject } from '../../../api/communications.ts';
import { Field, TextField } from '../../../components/field.tsx';
import { FormDialog } from '../../../components/form-dialog.tsx';
import { TextArea } from '../../../components/text-area.tsx';
import { TimeField } from '../../../components/time-field.tsx';
import { fieldReason } from '../../../lib/errors.ts';
import { sayError } from '../../../state/toasts.ts';
import { useResource } from '../../../state/use-resource.ts';
import { CHANNEL_WORDS } from './channel-words.ts';

interface RecordDialogProps {
  about: Subject;
  onDone: () => void;
  onClose: () => void;
}

const PLACES = ['/atMs', '/recipient', '/subject', '/body'];

/** What was said, by a template where there is one. It says that something was said; it sends nothing. */
export function RecordDialog({ about, onDone, onClose }: RecordDialogProps) {
  const templates = useResource('templates', listTemplates);
  const [channel, setChannel] = useState<Communication['channel']>('email');
  const [recipient, setRecipient] = useState('');
  const [templateId, setTemplateId] = useState<string | null>(null);
  const [atMs, setAt] = useState<number | null>(null);
  const [subject, setSubject] = useState('');
  const [body, setBody] = useState('');
  const fill = async (id: string | null) => {
    setTemplateId(id);
    if (id === null) return;
    const draft = await draftOf(about, id);
    if (!draft.ok) return sayError('The template was not filled in', draft.error);
    setSubject(draft.value.subject);
    setBody(draft.value.body);
  };
  const fits = templates.data?.items.filter(
    ({ purpose }) => purpose.startsWith('breach') === (about.kind === 'breaches'),
  );
  return (
    <FormDialog
      title="Add to what was said"
      action="Add to the log"
      ready={recipient.trim() !== '' && subject.trim() !== '' && body.trim() !== ''}
      places={PLACES}
      submit={() =>
        recordCommunication(about, {
          ...{ channel, recipient: recipient.trim(), templateId, subject: subject.trim(), body },
          ...(atMs === null ? {} : { atMs }),
        })
      }
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <p>This says that it was said, and sends nothing. Nobody can change or delete it afterwards.</p>
          <Field label="Template">
            {(ids) => (
              <select
                {...ids}
                class="select"
                value={templateId ?? ''}
                onChange={(event) => void fill(event.currentTarget.value || null)}
              >
                <option value="">None</option>
                {fits?.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="By">
            {(ids) => (
              <select
                {...ids}
                class="select"
                value={channel}
                onChange={(event) => setChannel(event.currentTarget.value as Communication['channel'])}
              >
                {CHANNELS.map((one) => (
                  <option key={one} value={one}>
                    {CHANNEL_WORDS[one]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <TextField
            label="To"
            value={recipient}
            onInput={setRecipient}
            error={fieldReason(error, '/recipient')}
            required
          />
          <TimeField label="When" ms={atMs} hint="Empty is now." onInput={setAt} error={fieldReason(error, '/atMs')} />
          <TextField
            label="Subject"
            value={subject}
            onInput={setSubject}
            error={fieldReason(error, '/subject')}
            required
          />
          <TextArea label="Text" value={body} rows={8} onInput={setBody} error={fieldReason(error, '/body')} />
        </>
      )}
    </FormDialog>
  );
}
