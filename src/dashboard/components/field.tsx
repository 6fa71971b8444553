import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  label: string;
  hint?: string;
  error?: string | null;
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }) => ComponentChildren;
}

/** A labelled control: hint and error are tied to it for those who do not see them. */
export function Field({ label, hint, error = null, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(note ? { 'aria-describedby': noteId } : {}),
        ...(error ? { 'aria-invalid': true } : {}),
      })}
      {note ? (
        <p id={noteId} class={error ? 'field-error' : 'field-hint'} {...(error ? { role: 'alert' as const } : {})}>
          {note}
        </p>
      ) : null}
    </div>
  );
}

interface TextFieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'password' | 'datetime-local';
  hint?: string;
  error?: string | null;
  autoComplete?: string;
  autoFocus?: boolean;
  required?: boolean;
  placeholder?: string;
  /** Brings up the digits on a phone. */
  digits?: boolean;
}

/** One literal each: the attribute types tell the kinds of input apart by it. */
const TYPES = {
  text: { type: 'text' },
  password: { type: 'password' },
  'datetime-local': { type: 'datetime-local' },
} as const;

export function TextField(props: TextFieldProps) {
  return (
    <Field label={props.label} {...(props.hint ? { hint: props.hint } : {})} error={props.error ?? null}>
      {(ids) => (
        <input
          {...ids}
          class="input"
          {...TYPES[props.type ?? 'text']}
          value={props.value}
          required={props.required ?? false}
          autocomplete={props.autoComplete ?? 'off'}
          placeholder={props.placeholder ?? ''}
          spellcheck={false}
          {...(props.digits ? { inputMode: 'numeric' as const } : {})}
          autofocus={props.autoFocus ?? false}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface CheckProps {
  label: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
