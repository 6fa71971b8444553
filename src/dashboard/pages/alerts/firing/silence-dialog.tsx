import { useState } from 'preact/hooks';
import type { ListedRule, SilenceInput } from '../../../api/alerts.ts';
import { Field, TextField } from '../../../components/field.tsx';
import { FormDialog } from '../../../components/form-dialog.tsx';
import { fieldReason } from '../../../lib/errors.ts';
import { localInput } from '../../../lib/format.ts';
import { now } from '../../../state/clock.ts';
import { pairsOf, recordOf } from '../pairs.ts';
import { PairsField } from '../pairs-field.tsx';
import type { Silencing } from './use-silencing.ts';

interface SilenceDialogProps {
  draft: SilenceInput;
  rules: ReadonlyMap<string, ListedRule>;
  silencing: Silencing;
}

/** A silence of one's own: what, until when, why. */
export function SilenceDialog({ draft, rules, silencing }: SilenceDialogProps) {
  const { rule: drafted = '', ...labels } = draft.matchers;
  const [rule, setRule] = useState(drafted);
  const [pairs, setPairs] = useState(() => pairsOf(labels));
  const [until, setUntil] = useState(() => localInput(draft.untilMs));
  const [comment, setComment] = useState('');
  const untilMs = new Date(until).getTime();
  const matchers = { ...(rule === '' ? {} : { rule }), ...recordOf(pairs) };
  const close = () => silencing.setDraft(null);
  const isPast = Number.isFinite(untilMs) && untilMs <= now();
  return (
    <FormDialog
      title="Silence"
      action="Silence"
      ready={Number.isFinite(untilMs) && !isPast && Object.keys(matchers).length > 0}
      places={['/matchers', '/untilMs', '/comment']}
      submit={() => silencing.add({ matchers, untilMs, ...(comment.trim() === '' ? {} : { comment: comment.trim() }) })}
      onDone={close}
      onClose={close}
    >
      {(error) => (
        <>
          <p class="faint">
            Nobody is told of alerts that fit all of this: a rule, labels or both. They still fire, and are seen here.
          </p>
          <Field label="Rule">
            {(ids) => (
              <select {...ids} class="select" value={rule} onChange={(event) => setRule(event.currentTarget.value)}>
                <option value="">any rule</option>
                {ruleOptions(rules, drafted).map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <PairsField
            legend="And has these labels"
            what="label"
            hint="severity, group, or a label of the rule."
            error={fieldReason(error, '/matchers')}
            pairs={pairs}
            onChange={setPairs}
          />
          <TextField
            label="Until"
            type="datetime-local"
            value={until}
            onInput={setUntil}
            error={isPast ? 'That is over already.' : fieldReason(error, '/untilMs')}
          />
          <TextField
            label="Why (optional)"
            value={comment}
            onInput={setComment}
            error={fieldReason(error, '/comment')}
          />
        </>
      )}
    </FormDialog>
  );
}

/** By name; also the one that it began with, where that is not there any more. */
function ruleOptions(rules: SilenceDialogProps['rules'], drafted: string): { id: string; name: string }[] {
  const all = [...rules.values()].map(({ id, name }) => ({ id, name }));
  const known = all.toSorted((a, b) => a.name.localeCompare(b.name));
  return drafted === '' || rules.has(drafted) ? known : [{ id: drafted, name: drafted }, ...known];
}
