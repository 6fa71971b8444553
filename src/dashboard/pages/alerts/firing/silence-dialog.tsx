import { useState } from 'preact/hooks';
import type { ListedRule, SilenceInput } from '../../../api/alerts.ts';
import { TextField } from '../../../components/field.tsx';
import { FormDialog } from '../../../components/form-dialog.tsx';
import { fieldReason } from '../../../lib/errors.ts';
import { now } from '../../../state/clock.ts';
import { pairsOf, recordOf } from '../pairs.ts';
import { PairsField } from '../pairs-field.tsx';
import { localText } from './silence-times.ts';
import type { Silencing } from './use-silencing.ts';

interface SilenceDialogProps {
  draft: SilenceInput;
  rules: ReadonlyMap<string, ListedRule>;
  silencing: Silencing;
}

/** A silence of one's own: what, until when, why. */
export function SilenceDialog({ draft, rules, silencing }: SilenceDialogProps) {
  const [pairs, setPairs] = useState(() => pairsOf(draft.matchers));
  const [until, setUntil] = useState(() => localText(draft.untilMs));
  const [comment, setComment] = useState('');
  const untilMs = new Date(until).getTime();
  const matchers = recordOf(pairs);
  const names = Object.entries(matchers).flatMap(([name, value]) =>
    name === 'rule' ? [rules.get(value)?.name ?? 'a rule that is not there'] : [],
  );
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
            Nobody is told of what has all of these labels. It still fires, and is seen here.
            {names.map((name) => (
              <>
                {' '}
                The rule is <bdi>{name}</bdi>.
              </>
            ))}
          </p>
          <PairsField
            legend="Has all of these"
            what="label"
            hint="rule, severity, group, or a label of a rule."
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
