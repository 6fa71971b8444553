import type { Condition, ConditionKind } from '../../../../wire/alerts.ts';
import { Field } from '../../../components/field.tsx';
import { NumberInput } from '../../../components/number-input.tsx';
import { COOKIE_WORDS } from '../rule-words.ts';
import { ChoiceField, ThresholdField } from './form-fields.tsx';
import { AnomalyFields, MeasureFields } from './measure-fields.tsx';
import { KIND_WORDS, KINDS } from './rule-draft.ts';
import { LogCountFields, SilenceFields } from './search-fields.tsx';

export interface ConditionProps<Of extends Condition = Condition> {
  project: string;
  condition: Of;
  onChange: (condition: Of) => void;
  /** Why a member of the condition cannot be: by its JSON pointer within it, such as `/threshold`. */
  reason: (pointer: string) => string | null;
}

interface KindFieldProps {
  kind: ConditionKind;
  onChange: (kind: ConditionKind) => void;
  error: string | null;
}

export function KindField({ kind, onChange, error }: KindFieldProps) {
  return (
    <ChoiceField label="Look at" value={kind} options={KINDS} words={KIND_WORDS} onChange={onChange} error={error} />
  );
}

/** What a condition of this kind says beside its kind. */
export function ConditionFields(props: ConditionProps) {
  const { condition, onChange, reason } = props;
  switch (condition.kind) {
    case 'log_count':
      return <LogCountFields {...props} condition={condition} />;
    case 'silence':
      return <SilenceFields {...props} condition={condition} />;
    case 'measure':
      return <MeasureFields {...props} condition={condition} />;
    case 'anomaly':
      return <AnomalyFields {...props} condition={condition} />;
    case 'error_rate':
      return (
        <>
          <Field
            label="Group of errors"
            hint="Its fingerprint, from the page of the group. Empty watches each group by itself."
            error={reason('/fingerprint')}
          >
            {(ids) => (
              <input
                {...ids}
                class="input"
                dir="auto"
                spellcheck={false}
                value={condition.fingerprint ?? ''}
                onInput={(event) => onChange({ ...condition, fingerprint: event.currentTarget.value.trim() || null })}
              />
            )}
          </Field>
          <ThresholdField
            label="More errors than"
            value={condition.threshold}
            onInput={(threshold) => onChange({ ...condition, threshold })}
            error={reason('/threshold')}
          />
        </>
      );
    case 'fraud_score':
      return (
        <>
          <Field label="Score of at least" hint="0 to 100" error={reason('/minScore')}>
            {({ id }) => (
              <NumberInput
                id={id}
                min={0}
                max={100}
                value={condition.minScore}
                fault={reason('/minScore')}
                onInput={(minScore) => onChange({ ...condition, minScore })}
              />
            )}
          </Field>
          <ThresholdField
            label="More events than"
            value={condition.threshold}
            onInput={(threshold) => onChange({ ...condition, threshold })}
            error={reason('/threshold')}
          />
        </>
      );
    case 'cookie_bloat':
      return (
        <>
          <ChoiceField
            label="What of it"
            value={condition.stat}
            options={['max_bytes', 'avg_bytes', 'max_count']}
            words={COOKIE_WORDS}
            onChange={(stat) => onChange({ ...condition, stat })}
            error={reason('/stat')}
          />
          <ThresholdField
            label={condition.stat === 'max_count' ? 'More than' : 'More bytes than'}
            value={condition.threshold}
            onInput={(threshold) => onChange({ ...condition, threshold })}
            error={reason('/threshold')}
          />
        </>
      );
  }
}
