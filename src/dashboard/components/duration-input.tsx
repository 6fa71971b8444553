import { useState } from 'preact/hooks';
import { NumberInput } from './number-input.tsx';

const UNITS = [
  { word: 's', seconds: 1 },
  { word: 'min', seconds: 60 },
  { word: 'h', seconds: 3_600 },
  { word: 'days', seconds: 86_400 },
] as const;

interface DurationInputProps {
  id: string;
  /** What it is the length of, for the unit's own name. */
  label: string;
  seconds: number;
  fault: string | null;
  onInput: (seconds: number) => void;
}

/** A length of time as a number and its unit: the largest one that holds it in whole numbers, until another is chosen. */
export function DurationInput({ id, label, seconds, fault, onInput }: DurationInputProps) {
  const [word, setWord] = useState<string>(() => unitFor(seconds).word);
  const unit = UNITS.find((one) => one.word === word) ?? UNITS[0];
  return (
    <span class="duration-input">
      <NumberInput
        id={id}
        value={seconds / unit.seconds}
        min={0}
        step="any"
        fault={fault}
        onInput={(value) => onInput(Math.round(value * unit.seconds))}
      />
      <select
        class="select select-small"
        aria-label={`Unit of ${label}`}
        value={unit.word}
        onChange={(event) => {
          const next = UNITS.find((one) => one.word === event.currentTarget.value) ?? unit;
          setWord(next.word);
          if (!Number.isNaN(seconds)) onInput(Math.round((seconds / unit.seconds) * next.seconds));
        }}
      >
        {UNITS.map((one) => (
          <option key={one.word} value={one.word}>
            {one.word}
          </option>
        ))}
      </select>
    </span>
  );
}

function unitFor(seconds: number): (typeof UNITS)[number] {
  return UNITS.findLast((unit) => seconds >= unit.seconds && seconds % unit.seconds === 0) ?? UNITS[0];
}
