import { Check } from '../../../../components/field.tsx';
import { NumberField } from '../../../../components/number-field.tsx';
import { fieldReason } from '../../../../lib/errors.ts';
import { BOUNDS } from './draft.ts';
import type { PartProps } from './parts.ts';

export function SendingFields({ draft, change, error }: PartProps) {
  const [least, most] = BOUNDS.timeoutMs;
  return (
    <section class="card detail-card" aria-label="Sending">
      <h3>Sending</h3>
      <div class="destination-numbers">
        <NumberField
          label="Timeout"
          unit="s"
          value={draft.timeoutMs / 1_000}
          min={least / 1_000}
          max={most / 1_000}
          step="any"
          onInput={(seconds) => change({ timeoutMs: Math.round(seconds * 1_000) })}
          error={fieldReason(error, '/timeoutMs')}
        />
        <NumberField
          label="Rate, at most"
          unit="a second"
          value={draft.maxPerSecond}
          min={BOUNDS.maxPerSecond[0]}
          max={BOUNDS.maxPerSecond[1]}
          onInput={(maxPerSecond) => change({ maxPerSecond })}
          error={fieldReason(error, '/maxPerSecond')}
        />
      </div>
      <Check
        label="In order: an alert's second notice waits for its first"
        checked={draft.ordered}
        onChange={(ordered) => change({ ordered })}
      />
      <Check
        label="Warm probe: open the connection before a burst that is expected"
        checked={draft.warmProbe}
        onChange={(warmProbe) => change({ warmProbe })}
      />
    </section>
  );
}
