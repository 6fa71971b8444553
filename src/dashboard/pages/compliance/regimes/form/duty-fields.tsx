import type { BreachDuty } from '../../../../../wire/compliance.ts';
import type { ApiError } from '../../../../api/http.ts';
import { Button } from '../../../../components/button.tsx';
import { Field, TextField } from '../../../../components/field.tsx';
import { fieldReason } from '../../../../lib/errors.ts';
import { TO_WHOM_WORDS, WHEN_WORDS } from '../regime-words.ts';
import { type DutyDraft, NO_DUTY, remindersIn } from './draft.ts';
import { PeriodField } from './period-field.tsx';

const MOST_DUTIES = 20;

interface DutyFieldsProps {
  duties: readonly DutyDraft[];
  error: ApiError | null;
  onChange: (duties: DutyDraft[]) => void;
}

/** What is due once a breach is known: each is a clock. */
export function DutyFields({ duties, error, onChange }: DutyFieldsProps) {
  const set = (at: number, change: Partial<DutyDraft>) =>
    onChange(duties.map((duty, i) => (i === at ? { ...duty, ...change } : duty)));
  return (
    <>
      {duties.map((duty, i) => (
        <fieldset key={i} class="fieldset deletion-part">
          <legend>{`Duty ${i + 1} when there is a breach`}</legend>
          <TextField
            label="What is due"
            value={duty.label}
            placeholder="Notify the authority"
            error={fieldReason(error, `/breachDuties/${i}/label`)}
            onInput={(label) => set(i, { label })}
          />
          <PeriodField
            label="Within"
            value={duty.within}
            mayBeAtOnce
            error={fieldReason(error, `/breachDuties/${i}/within`)}
            onInput={(within) => set(i, { within })}
          />
          <Words label="To whom" value={duty.toWhom} words={TO_WHOM_WORDS} onChange={(toWhom) => set(i, { toWhom })} />
          <Words label="Asked for" value={duty.when} words={WHEN_WORDS} onChange={(when) => set(i, { when })} />
          <TextField
            label="Reminders, in hours before"
            value={duty.remind}
            hint="With commas between them. Empty is none before it is due."
            error={
              remindersIn(duty.remind) === null
                ? 'These are not up to 10 numbers of hours.'
                : fieldReason(error, `/breachDuties/${i}/remindBeforeMs`)
            }
            onInput={(remind) => set(i, { remind })}
          />
          <TextField
            label="Source"
            value={duty.source}
            placeholder="Art. 24(1)"
            error={fieldReason(error, `/breachDuties/${i}/source`)}
            onInput={(source) => set(i, { source })}
          />
          <div>
            <Button small kind="quiet" icon="close" onClick={() => onChange(duties.filter((_, at) => at !== i))}>
              {`Take duty ${i + 1} away`}
            </Button>
          </div>
        </fieldset>
      ))}
      <div>
        <Button
          small
          icon="plus"
          disabled={duties.length >= MOST_DUTIES}
          onClick={() => onChange([...duties, NO_DUTY])}
        >
          Add a duty
        </Button>
      </div>
    </>
  );
}

interface WordsProps<Value extends BreachDuty['toWhom'] | BreachDuty['when']> {
  label: string;
  value: Value;
  words: Readonly<Record<Value, string>>;
  onChange: (value: Value) => void;
}

function Words<Value extends BreachDuty['toWhom'] | BreachDuty['when']>(props: WordsProps<Value>) {
  const all = Object.entries(props.words) as [Value, string][];
  return (
    <Field label={props.label}>
      {(ids) => (
        <select
          {...ids}
          class="select"
          value={props.value}
          onChange={(event) => props.onChange(event.currentTarget.value as Value)}
        >
          {all.map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
