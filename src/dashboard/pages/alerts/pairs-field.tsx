import { Button } from '../../components/button.tsx';
import type { Pair } from './pairs.ts';

interface PairsFieldProps {
  legend: string;
  hint?: string;
  error?: string | null;
  /** What one of them is: "label". */
  what: string;
  pairs: readonly Pair[];
  onChange: (pairs: readonly Pair[]) => void;
}

/** Names with values, such as labels: a row for each. */
export function PairsField({ legend, hint, error = null, what, pairs, onChange }: PairsFieldProps) {
  const set = (at: number, change: Partial<Pair>) =>
    onChange(pairs.map((pair, i) => (i === at ? { ...pair, ...change } : pair)));
  return (
    <fieldset class="pairs">
      <legend>{legend}</legend>
      {pairs.map(({ name, value }, at) => (
        <div class="pair" key={at}>
          <input
            class="input"
            aria-label={`Name of ${what} ${at + 1}`}
            placeholder="name"
            value={name}
            dir="auto"
            spellcheck={false}
            onInput={(event) => set(at, { name: event.currentTarget.value })}
          />
          <input
            class="input"
            aria-label={`Value of ${what} ${at + 1}`}
            placeholder="value"
            value={value}
            dir="auto"
            spellcheck={false}
            onInput={(event) => set(at, { value: event.currentTarget.value })}
          />
          <Button
            kind="quiet"
            icon="close"
            label={`Take out ${what} ${at + 1}`}
            onClick={() => onChange(pairs.filter((_, i) => i !== at))}
          />
        </div>
      ))}
      <div class="pairs-foot">
        <Button small icon="plus" onClick={() => onChange([...pairs, { name: '', value: '' }])}>
          Add a {what}
        </Button>
        {error ? (
          <p class="field-error" role="alert">
            {error}
          </p>
        ) : hint ? (
          <p class="field-hint">{hint}</p>
        ) : null}
      </div>
    </fieldset>
  );
}
