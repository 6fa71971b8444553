import { type BreakerSettings, DEFAULT_BREAKER } from '../../../../../wire/delivery.ts';
import { Button } from '../../../../components/button.tsx';
import { NumberField } from '../../../../components/number-field.tsx';
import { fieldReason } from '../../../../lib/errors.ts';
import { exact } from '../../../../lib/format.ts';
import { BOUNDS } from './draft.ts';
import type { PartProps } from './parts.ts';

interface Setting {
  name: keyof BreakerSettings;
  label: string;
  unit: string;
  /** What one of the unit is in the setting's own. */
  one: number;
}

const SETTINGS: readonly Setting[] = [
  { name: 'openAbove', label: 'Opens above, of calls that fail', unit: '%', one: 0.01 },
  { name: 'closeBelow', label: 'Closes below', unit: '%', one: 0.01 },
  { name: 'windowMs', label: 'Counted are calls of the last', unit: 's', one: 1_000 },
  { name: 'windowCalls', label: 'And of them the newest', unit: 'calls', one: 1 },
  { name: 'minimumCalls', label: 'Decides from', unit: 'calls', one: 1 },
  { name: 'slowCallMs', label: 'A call is slow after', unit: 's', one: 1_000 },
  { name: 'slowOpenAbove', label: 'Opens above, of slow calls', unit: '%', one: 0.01 },
  { name: 'probeAfterMs', label: 'Probes after', unit: 's', one: 1_000 },
  { name: 'probes', label: 'Probes at a time', unit: 'calls', one: 1 },
  { name: 'leaseMs', label: 'A probe is lost after', unit: 's', one: 1_000 },
  { name: 'trickleCalls', label: 'While open, let through', unit: 'calls', one: 1 },
  { name: 'trickleWindowMs', label: 'In each', unit: 's', one: 1_000 },
  { name: 'trickleTimeoutMs', label: 'Each given', unit: 's', one: 1_000 },
];

/** Good for nearly everybody as they are, so they are folded away; a fault in one of them unfolds all. */
export function BreakerFields({ draft: { breaker }, change, error }: PartProps) {
  const isUsual = SETTINGS.every(({ name }) => breaker[name] === DEFAULT_BREAKER[name]);
  const fault = fieldReason(error, '/breaker');
  return (
    <details class="card detail-card" {...(fault === null ? {} : { open: true })}>
      <summary>
        <h3>Advanced: breaker</h3>
        <span class="faint">{isUsual ? 'as usual' : 'changed'}</span>
      </summary>
      <div class="destination-numbers">
        {SETTINGS.map(({ name, label, unit, one }) => {
          const [min, max] = BOUNDS[name];
          return (
            <NumberField
              key={name}
              label={label}
              unit={unit}
              value={inUnits(breaker[name], one)}
              min={inUnits(min, one)}
              max={inUnits(max, one)}
              step={one === 1 ? 1 : 'any'}
              hint={`Usually ${exact(inUnits(DEFAULT_BREAKER[name], one))}`}
              onInput={(value) => change({ breaker: { ...breaker, [name]: fromUnits(value, one) } })}
              error={fieldReason(error, `/breaker/${name}`)}
            />
          );
        })}
      </div>
      {isUsual ? null : (
        <p>
          <Button small onClick={() => change({ breaker: DEFAULT_BREAKER })}>
            Use the defaults
          </Button>
        </p>
      )}
    </details>
  );
}

/** Without the dust that binary fractions leave: 12.5 %, not 12.500000000000002. */
function inUnits(value: number, one: number): number {
  return Number((value / one).toPrecision(10));
}

/** Times are whole milliseconds, counts whole, shares as they are. */
function fromUnits(value: number, one: number): number {
  return one < 1 ? Number((value * one).toPrecision(10)) : one === 1 ? value : Math.round(value * one);
}
