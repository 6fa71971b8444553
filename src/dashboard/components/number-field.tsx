import { boundsFault } from '../lib/bounds.ts';
import { Field } from './field.tsx';
import { NumberInput } from './number-input.tsx';

interface NumberFieldProps {
  label: string;
  /** NaN is an empty field. */
  value: number;
  onInput: (value: number) => void;
  min: number;
  max: number;
  step?: number | 'any';
  unit: string;
  hint?: string;
  error?: string | null;
}

/** A number between bounds, with its unit. */
export function NumberField({ label, value, unit, hint, error, ...bounds }: NumberFieldProps) {
  const fault = error ?? boundsFault(value, bounds.min, bounds.max);
  return (
    <Field label={label} {...(hint ? { hint } : {})} error={fault}>
      {({ id }) => (
        <span class="number-field">
          <NumberInput {...bounds} id={id} value={value} fault={fault} />
          <span class="faint">{unit}</span>
        </span>
      )}
    </Field>
  );
}
