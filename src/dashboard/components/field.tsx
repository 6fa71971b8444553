import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

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
  const input = useRef<HTMLInputElement>(null);
  const { autoFocus = false } = props;
  // Browsers heed the attribute once a page, and in a dialog that opens: not in the second step of a form.
  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);
  return (
    <Field label={props.label} {...(props.hint ? { hint: props.hint } : {})} error={props.error ?? null}>
      {(ids) => (
        <input
          {...ids}
          ref={input}
          class="input"
          {...TYPES[props.type ?? 'text']}
          value={props.value}
          required={props.required ?? false}
          autocomplete={props.autoComplete ?? 'off'}
          placeholder={props.placeholder ?? ''}
          spellcheck={false}
          {...(props.digits ? { inputMode: 'numeric' as const } : {})}
          autofocus={autoFocus}
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
