import { Field } from '../../../../components/field.tsx';
import { NumberInput } from '../../../../components/number-input.tsx';
import { boundsFault } from '../../../../lib/bounds.ts';
import { PERIOD_BOUNDS, type PeriodDraft, type Unit } from './draft.ts';

const UNITS = ['hours', 'days', 'months'] as const;

interface PeriodFieldProps {
  label: string;
  value: PeriodDraft;
  /** 0 hours is at once. */
  mayBeAtOnce?: boolean;
  error: string | null;
  onInput: (value: PeriodDraft) => void;
}

/** A number of hours, days or months of the calendar. */
export function PeriodField({ label, value: { count, unit }, mayBeAtOnce = false, error, onInput }: PeriodFieldProps) {
  const [least, max] = PERIOD_BOUNDS[unit];
  const min = mayBeAtOnce ? least : Math.max(1, least);
  const fault = boundsFault(count, min, max);
  return (
    <Field label={label} {...(mayBeAtOnce && unit === 'hours' ? { hint: '0 is at once.' } : {})} error={error ?? fault}>
      {({ id }) => (
        <span class="number-field">
          <NumberInput
            id={id}
            {...{ min, max }}
            value={count}
            fault={fault}
            onInput={(next) => onInput({ count: next, unit })}
          />
          <select
            class="select select-small"
            aria-label={`Unit of ${label}`}
            value={unit}
            onChange={(event) => onInput({ count, unit: event.currentTarget.value as Unit })}
          >
            {UNITS.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </span>
      )}
    </Field>
  );
}
