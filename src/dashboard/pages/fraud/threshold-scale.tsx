import { useId } from 'preact/hooks';
import type { RiskSettings } from '../../../wire/fraud.ts';
import { NumberInput } from '../../components/number-input.tsx';
import { scaleFault } from './rule-draft.ts';

interface ThresholdScaleProps {
  draft: RiskSettings;
  onChange: (change: { reviewAt?: number; denyAt?: number }) => void;
}

/** From which score on a person looks, and from which on it is no. */
export function ThresholdScale({ draft, onChange }: ThresholdScaleProps) {
  const { reviewAt, denyAt } = draft;
  const fault = scaleFault(draft);
  const id = useId();
  return (
    <section class="card panel fraud-scale" aria-label="Thresholds">
      <div class="fraud-scale-bar" aria-hidden="true">
        {fault ? null : (
          <>
            <span class="scale-allow" style={{ width: `${reviewAt}%` }}>
              Allow
            </span>
            <span class="scale-review" style={{ width: `${denyAt - reviewAt}%` }}>
              Review
            </span>
            <span class="scale-deny" style={{ width: `${100 - denyAt}%` }}>
              Deny
            </span>
          </>
        )}
      </div>
      <div class="fraud-scale-inputs">
        <span>
          <label for={`${id}-review`}>Review from</label>
          <NumberInput
            id={`${id}-review`}
            value={reviewAt}
            min={0}
            max={99}
            fault={fault}
            onInput={(value) => onChange({ reviewAt: value })}
          />
        </span>
        <span>
          <label for={`${id}-deny`}>Deny from</label>
          <NumberInput
            id={`${id}-deny`}
            value={denyAt}
            min={1}
            max={100}
            fault={fault}
            onInput={(value) => onChange({ denyAt: value })}
          />
        </span>
        <p class={fault ? 'field-error' : 'faint'} role="status">
          {fault ?? 'A score is 0 to 100. Below both it is allowed.'}
        </p>
      </div>
    </section>
  );
}
