import { useState } from 'preact/hooks';
import { Button } from './button.tsx';
import { TimeField } from './time-field.tsx';

interface RangeFieldsProps<End extends number | null> {
  from: End;
  to: End;
  /** Whether an end may be left out, and is null. */
  open: null extends End ? true : false;
  onChoose: (from: End, to: End) => void;
}

/** From when to when. */
export function RangeFields<End extends number | null>(props: RangeFieldsProps<End>) {
  const [from, setFrom] = useState<number | null>(props.from);
  const [to, setTo] = useState<number | null>(props.to);
  const isReversed = from !== null && to !== null && from >= to;
  const valid = !isReversed && (props.open || (from !== null && to !== null));
  return (
    <form
      class="range-custom"
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) props.onChoose(from as End, to as End);
      }}
    >
      <TimeField label="From" ms={props.from} onInput={setFrom} />
      <TimeField label="To" ms={props.to} onInput={setTo} error={isReversed ? 'This is before the start.' : null} />
      <Button type="submit" kind="primary" disabled={!valid}>
        Show
      </Button>
    </form>
  );
}
