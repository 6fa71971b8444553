import type { Comparison } from '../../../../wire/alerts.ts';
import { DurationInput } from '../../../components/duration-input.tsx';
import { Field } from '../../../components/field.tsx';
import { NumberInput } from '../../../components/number-input.tsx';

interface ChoiceFieldProps<T extends string> {
  label: string;
  hint?: string;
  value: T;
  options: readonly T[];
  words?: Partial<Record<T, string>>;
  onChange: (value: T) => void;
  error?: string | null;
}

export function ChoiceField<T extends string>(props: ChoiceFieldProps<T>) {
  const { label, hint, value, options, words, onChange, error = null } = props;
  return (
    <Field label={label} {...(hint ? { hint } : {})} error={error}>
      {(ids) => (
        <select
          {...ids}
          class="select"
          value={value}
          onChange={(event) => {
            const chosen = options.find((option) => option === event.currentTarget.value);
            if (chosen !== undefined) onChange(chosen);
          }}
        >
          {options.map((option) => (
            <option key={option} value={option}>
              {words?.[option] ?? option}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface ThresholdFieldProps {
  label: string;
  hint?: string;
  value: number;
  onInput: (value: number) => void;
  error: string | null;
}

export function ThresholdField({ label, hint, value, onInput, error }: ThresholdFieldProps) {
  const fault = error ?? (Number.isNaN(value) ? 'A number is needed.' : null);
  return (
    <Field label={label} {...(hint ? { hint } : {})} error={fault}>
      {({ id }) => <NumberInput id={id} value={value} step="any" fault={fault} onInput={onInput} />}
    </Field>
  );
}

const COMPARISON_WORDS: Record<Comparison, string> = { above: 'is above', below: 'is below' };

export function ComparisonField({ value, onChange }: { value: Comparison; onChange: (value: Comparison) => void }) {
  return (
    <ChoiceField
      label="Fires when it"
      value={value}
      options={['above', 'below']}
      words={COMPARISON_WORDS}
      onChange={onChange}
    />
  );
}

interface DurationFieldProps {
  label: string;
  hint?: string;
  seconds: number;
  onInput: (seconds: number) => void;
  error: string | null;
}

export function DurationField({ label, hint, seconds, onInput, error }: DurationFieldProps) {
  const fault = error ?? (Number.isNaN(seconds) ? 'A number is needed.' : null);
  return (
    <Field label={label} {...(hint ? { hint } : {})} error={fault}>
      {({ id }) => <DurationInput id={id} label={label} seconds={seconds} fault={fault} onInput={onInput} />}
    </Field>
  );
}

interface NameFieldProps {
  label: string;
  hint?: string;
  value: string;
  /** Offered, not required. */
  options?: readonly string[];
  onInput: (value: string) => void;
  error: string | null;
}

/** A name that may be typed or picked. */
export function NameField({ label, hint, value, options = [], onInput, error }: NameFieldProps) {
  return (
    <Field label={label} {...(hint ? { hint } : {})} error={error}>
      {(ids) => (
        <>
          <input
            {...ids}
            class="input"
            dir="auto"
            spellcheck={false}
            list={`${ids.id}-options`}
            value={value}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
          <datalist id={`${ids.id}-options`}>
            {options.map((option) => (
              <option key={option} value={option} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
