interface NumberInputProps {
  value: number;
  min?: number;
  max?: number;
  step?: number | 'any';
  /** Why the value cannot be; null where it can. */
  fault: string | null;
  id?: string;
  /** Where no label element names it. */
  label?: string;
  onInput: (value: number) => void;
}

/** A short number. What is no number is NaN, which no bounds allow. */
export function NumberInput({ value, min, max, step = 1, fault, id, label, onInput }: NumberInputProps) {
  return (
    <input
      class="input input-small number-input"
      type="number"
      value={Number.isNaN(value) ? '' : value}
      step={step}
      {...(min === undefined ? {} : { min })}
      {...(max === undefined ? {} : { max })}
      {...(id ? { id } : {})}
      {...(label ? { 'aria-label': label } : {})}
      {...(fault ? { 'aria-invalid': true, title: fault } : {})}
      onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
    />
  );
}
