import { useState } from 'preact/hooks';
import type { SharedReference } from '../../../wire/fraud.ts';
import { type LookupType, lookUp } from '../../api/fraud.ts';
import type { ApiError } from '../../api/http.ts';
import { Button } from '../../components/button.tsx';
import { Field, TextField } from '../../components/field.tsx';
import { fieldReason, isPlaced, sentence } from '../../lib/errors.ts';
import { References } from './shared-table.tsx';
import { REFERENCE_WORDS } from './words.ts';

const TYPES: readonly LookupType[] = ['phone', 'email', 'device'];

/** Which accounts have a phone, an e-mail or a device. What is typed is sent in a body and kept nowhere: not in the address, not by the server. */
export function Lookup({ project }: { project: string }) {
  const [type, setType] = useState<LookupType>('phone');
  const [value, setValue] = useState('');
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<readonly SharedReference[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const answer = await lookUp(project, type, value.trim());
    setBusy(false);
    setError(answer.ok ? null : answer.error);
    setFound(answer.ok ? answer.value.items : null);
  };
  return (
    <section class="card panel fraud-lookup" aria-label="Look up an identifier">
      <h2>Look up a phone, e-mail or device</h2>
      <p class="faint">It is compared as a keyed hash. Nobody keeps what you type.</p>
      <form class="fraud-form" onSubmit={(event) => void submit(event)}>
        <Field label="Kind">
          {(ids) => (
            <select
              {...ids}
              class="select"
              value={type}
              onChange={(event) => {
                setType(TYPES.find((name) => name === event.currentTarget.value) ?? 'phone');
                setFound(null);
                setError(null);
              }}
            >
              {TYPES.map((name) => (
                <option key={name} value={name}>
                  {REFERENCE_WORDS[name]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <TextField
          label="Identifier"
          value={value}
          onInput={setValue}
          error={
            error ? (fieldReason(error, `/${type}`) ?? (isPlaced(error, [`/${type}`]) ? null : sentence(error))) : null
          }
        />
        <Button type="submit" kind="primary" busy={busy} disabled={value.trim() === ''}>
          Look up
        </Button>
      </form>
      <div role="status">
        {found === null ? null : found.every(({ accounts }) => accounts.length === 0) ? (
          <p>No account of this project has registered it.</p>
        ) : (
          <References items={found} label="Accounts with this identifier" />
        )}
      </div>
    </section>
  );
}
