interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
}

/** A small select in a row of filters, named by what is chosen in it. What the address names is a choice, also where the list does not know it. */
export function Choice({ label, value, options, onChange }: ChoiceProps) {
  const isListed = options.some(([option]) => option === value);
  return (
    <select
      class="select select-small"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
      {isListed ? null : <option value={value}>{value}</option>}
    </select>
  );
}
