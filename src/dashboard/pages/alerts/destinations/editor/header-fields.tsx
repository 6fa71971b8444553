import { Button } from '../../../../components/button.tsx';
import { fieldReason } from '../../../../lib/errors.ts';
import type { DraftHeader } from './draft.ts';
import type { PartProps } from './parts.ts';

const MAX_HEADERS = 20;

/** Headers of each request. The value of a secret one is sent there, and never shown again. */
export function HeaderFields({ draft, change, error }: PartProps) {
  const { headers } = draft;
  const set = (id: number, next: Partial<DraftHeader>) =>
    change({ headers: headers.map((header) => (header.id === id ? { ...header, ...next } : header)) });
  const add = () => {
    const id = Math.max(0, ...headers.map((header) => header.id)) + 1;
    change({ headers: [...headers, { id, name: '', value: '', secret: false, isStored: false }] });
  };
  const ofAll = fieldReason(error, '/headers');
  const ofOne = headers.some((_, i) => fieldReason(error, `/headers/${i}`) !== null);
  return (
    <section class="card detail-card" aria-label="Headers">
      <header class="detail-card-head">
        <h3>Headers</h3>
        <span class="grow" />
        <Button small icon="plus" disabled={headers.length >= MAX_HEADERS} onClick={add}>
          Add header
        </Button>
      </header>
      {headers.length === 0 ? <p class="faint">None beside those that every delivery has.</p> : null}
      {headers.map((header, i) => (
        <HeaderRow
          key={header.id}
          header={header}
          at={i + 1}
          fault={fieldReason(error, `/headers/${i}`)}
          onChange={(next) => set(header.id, next)}
          onRemove={() => change({ headers: headers.filter(({ id }) => id !== header.id) })}
        />
      ))}
      {ofAll && !ofOne ? (
        <p class="field-error" role="alert">
          {ofAll}
        </p>
      ) : null}
    </section>
  );
}

interface HeaderRowProps {
  header: DraftHeader;
  at: number;
  fault: string | null;
  onChange: (next: Partial<DraftHeader>) => void;
  onRemove: () => void;
}

function HeaderRow({ header: { name, value, secret, isStored }, at, fault, onChange, onRemove }: HeaderRowProps) {
  const invalid = fault === null ? {} : { 'aria-invalid': true };
  return (
    <div class="destination-header-row">
      <input
        class="input"
        aria-label={`Name of header ${at}`}
        placeholder="Authorization"
        value={name}
        spellcheck={false}
        autocomplete="off"
        {...invalid}
        onInput={(event) => onChange({ name: event.currentTarget.value })}
      />
      <input
        class="input"
        {...(secret ? ({ type: 'password' } as const) : ({ type: 'text' } as const))}
        aria-label={`Value of header ${at}`}
        placeholder={value === null ? 'Kept as it is' : secret ? 'Written, never shown again' : 'Value'}
        value={value ?? ''}
        spellcheck={false}
        autocomplete="new-password"
        {...invalid}
        onInput={(event) => {
          const typed = event.currentTarget.value;
          onChange({ value: typed === '' && secret && isStored ? null : typed });
        }}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={secret}
          aria-label={`Header ${at} is secret`}
          onChange={(event) => {
            const isSecret = event.currentTarget.checked;
            // A value that cannot be shown cannot become one that is.
            onChange({ secret: isSecret, value: isSecret ? (isStored && value === '' ? null : value) : (value ?? '') });
          }}
        />
        <span>Secret</span>
      </label>
      <Button small kind="quiet" icon="trash" label={`Remove header ${at}`} onClick={onRemove} />
      {fault ? (
        <p class="field-error" role="alert">
          {fault}
        </p>
      ) : null}
    </div>
  );
}
