import { useState } from 'preact/hooks';
import { BROWSER_STREAMS, STREAMS, type Stream } from '../../../wire/record.ts';
import { createKey, type KeyInput } from '../../api/admin.ts';
import type { NewApiKey } from '../../api/types.ts';
import { Check, TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { TextArea } from '../../components/text-area.tsx';
import { fieldReason } from '../../lib/errors.ts';
import { QUOTA_PLACE, QuotaField, quotaOf } from './quota-field.tsx';

interface CreateProps {
  projectId: string;
  onDone: (key: NewApiKey) => void;
  onClose: () => void;
}

/** Scopes of one key. A key for browsers is public, so it may only send. */
interface Choice {
  send: 'nothing' | 'all' | 'some';
  streams: readonly Stream[];
  query: boolean;
  admin: boolean;
}

function scopesOf(choice: Choice): string[] {
  const send =
    choice.send === 'all' ? ['ingest'] : choice.send === 'some' ? choice.streams.map((s) => `ingest:${s}`) : [];
  return [...send, ...(choice.query ? ['query'] : []), ...(choice.admin ? ['admin'] : [])];
}

function originsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((origin) => origin !== '');
}

export function KeyCreateDialog({ projectId, onDone, onClose }: CreateProps) {
  const [name, setName] = useState('');
  const [choice, setChoice] = useState<Choice>({ send: 'all', streams: ['logs'], query: false, admin: false });
  const [origins, setOrigins] = useState('');
  const [quota, setQuota] = useState('');
  const scopes = scopesOf(choice);
  const sendOnly = !choice.query && !choice.admin;
  const listed = sendOnly ? originsOf(origins) : [];
  // Reading has no quota.
  const wanted = choice.send === 'nothing' ? null : quotaOf(quota);
  const input: KeyInput = {
    ...{ name: name.trim(), scopes },
    ...(listed.length > 0 ? { origins: listed } : {}),
    ...(wanted ? { quota: wanted } : {}),
  };
  const set = (change: Partial<Choice>) => setChoice({ ...choice, ...change });
  return (
    <FormDialog
      title="Create key"
      action="Create key"
      ready={input.name !== '' && scopes.length > 0}
      places={['/name', '/scopes', '/origins', QUOTA_PLACE]}
      submit={() => createKey(projectId, input)}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <TextField
            label="Name"
            value={name}
            onInput={setName}
            required
            autoFocus
            hint="Where the key will live: a host, a service, a person."
            error={fieldReason(error, '/name')}
          />
          <fieldset class="fieldset">
            <legend>May send</legend>
            {(['all', 'some', 'nothing'] as const).map((send) => (
              <label key={send} class="check">
                <input type="radio" name="send" checked={choice.send === send} onChange={() => set({ send })} />
                <span>{SEND_WORDS[send]}</span>
              </label>
            ))}
            {choice.send === 'some' ? (
              <div class="check-grid">
                {STREAMS.map((stream) => (
                  <Check
                    key={stream}
                    label={stream}
                    checked={choice.streams.includes(stream)}
                    onChange={(on) =>
                      set({ streams: on ? [...choice.streams, stream] : choice.streams.filter((s) => s !== stream) })
                    }
                  />
                ))}
              </div>
            ) : null}
          </fieldset>
          <fieldset class="fieldset">
            <legend>May read</legend>
            <Check label="Search and live tail (query)" checked={choice.query} onChange={(query) => set({ query })} />
            <Check
              label="Everything, as an administrator of this project (admin)"
              checked={choice.admin}
              onChange={(admin) => set({ admin })}
            />
          </fieldset>
          {fieldReason(error, '/scopes') ? (
            <p class="field-error" role="alert">
              {fieldReason(error, '/scopes')}
            </p>
          ) : null}
          {sendOnly ? (
            <TextArea
              label="Allowed origins, for a key in web pages"
              hint={`One a line, such as https://shop.example. Empty for servers. From pages come ${BROWSER_STREAMS.join(', ')} only.`}
              error={fieldReason(error, '/origins')}
              rows={2}
              value={origins}
              onInput={setOrigins}
            />
          ) : null}
          {choice.send === 'nothing' ? null : <QuotaField value={quota} onInput={setQuota} error={error} />}
        </>
      )}
    </FormDialog>
  );
}

const SEND_WORDS = { all: 'All streams', some: 'Some streams', nothing: 'Nothing' } as const;
