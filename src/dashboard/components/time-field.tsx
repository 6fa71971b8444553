import { useState } from 'preact/hooks';
import { localInput } from '../lib/format.ts';
import { parseTime } from '../lib/range.ts';
import { TextField } from './field.tsx';

interface TimeFieldProps {
  label: string;
  ms: number | null;
  hint?: string;
  error?: string | null;
  required?: boolean;
  /** null where the field is empty or holds no time. */
  onInput: (ms: number | null) => void;
}

/** A moment, in local time by minutes. One that nobody edits stays exact. */
export function TimeField({ label, ms, onInput, ...rest }: TimeFieldProps) {
  const [text, setText] = useState(() => (ms === null ? '' : localInput(ms)));
  return (
    <TextField
      {...rest}
      label={`${label}, local time`}
      type="datetime-local"
      value={text}
      onInput={(next) => {
        setText(next);
        onInput(parseTime(next));
      }}
    />
  );
}
