import { Field } from './field.tsx';

interface TextAreaProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  rows: number;
  hint?: string;
  error?: string | null;
  placeholder?: string;
}

/** A text of more than one line. */
export function TextArea({ label, value, onInput, rows, hint, error = null, placeholder = '' }: TextAreaProps) {
  return (
    <Field label={label} {...(hint ? { hint } : {})} error={error}>
      {(ids) => (
        <textarea
          {...ids}
          class="input input-area"
          rows={rows}
          dir="auto"
          spellcheck={false}
          placeholder={placeholder}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
