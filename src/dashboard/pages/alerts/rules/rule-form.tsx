import { useState } from 'preact/hooks';
import { type AlertRuleInput, SEVERITIES } from '../../../../wire/alerts.ts';
import type { ApiError } from '../../../api/http.ts';
import { TextField } from '../../../components/field.tsx';
import { fieldReason } from '../../../lib/errors.ts';
import { pairsOf, recordOf } from '../pairs.ts';
import { PairsField } from '../pairs-field.tsx';
import { SEVERITY_WORDS } from '../words.ts';
import { ConditionFields, KindField } from './condition-fields.tsx';
import { ChoiceField, DurationField } from './form-fields.tsx';
import { MuteFields } from './mute-fields.tsx';
import { NoticeFields } from './notice-fields.tsx';
import { freshCondition, hasWindow, usualWindow } from './rule-draft.ts';

/** What the form has a place for, by the JSON pointers of the API. */
export const PLACES = [
  ...['/name', '/severity', '/condition', '/windowSeconds', '/forSeconds', '/labels', '/muteWindows'],
  ...['/groupWaitSeconds', '/repeatSeconds', '/destinationIds'],
];

interface RuleFormProps {
  project: string;
  draft: AlertRuleInput;
  onChange: (draft: AlertRuleInput) => void;
  error: ApiError | null;
}

/** All that a rule says. */
export function RuleForm({ project, draft, onChange, error }: RuleFormProps) {
  const [pairs, setPairs] = useState(() => pairsOf(draft.labels));
  const reason = (pointer: string) => fieldReason(error, pointer);
  const change = (part: Partial<AlertRuleInput>) => onChange({ ...draft, ...part });
  const { condition } = draft;
  return (
    <>
      <fieldset class="rule-part">
        <legend>What it is</legend>
        <div class="rule-wide">
          <TextField
            label="Name"
            value={draft.name}
            onInput={(name) => change({ name })}
            error={reason('/name')}
            autoFocus={draft.name === ''}
            placeholder="What is wrong when it fires"
          />
        </div>
        <ChoiceField
          label="Severity"
          value={draft.severity}
          options={SEVERITIES}
          words={SEVERITY_WORDS}
          onChange={(severity) => change({ severity })}
          error={reason('/severity')}
        />
      </fieldset>
      <fieldset class="rule-part">
        <legend>When it fires</legend>
        <div class="rule-wide">
          <KindField
            kind={condition.kind}
            error={reason('/condition/kind')}
            onChange={(kind) => change({ condition: freshCondition(kind), windowSeconds: usualWindow(kind) })}
          />
        </div>
        <ConditionFields
          key={condition.kind}
          project={project}
          condition={condition}
          onChange={(next) => change({ condition: next })}
          reason={(pointer) => reason(`/condition${pointer}`)}
        />
        {hasWindow(condition) ? (
          <DurationField
            label="Window"
            hint="How far back it looks each time."
            seconds={draft.windowSeconds}
            onInput={(windowSeconds) => change({ windowSeconds })}
            error={reason('/windowSeconds')}
          />
        ) : null}
        <DurationField
          label="Held for"
          hint="It must have been so this long. 0 fires at once."
          seconds={draft.forSeconds}
          onInput={(forSeconds) => change({ forSeconds })}
          error={reason('/forSeconds')}
        />
      </fieldset>
      <NoticeFields project={project} draft={draft} onChange={change} reason={reason} />
      <MuteFields windows={draft.muteWindows} onChange={(muteWindows) => change({ muteWindows })} reason={reason} />
      <fieldset class="rule-part">
        <legend>Labels</legend>
        <div class="rule-wide">
          <PairsField
            legend="Of every alert of this rule"
            what="label"
            hint="They are sent along, and silences go by them."
            error={reason('/labels')}
            pairs={pairs}
            onChange={(next) => {
              setPairs(next);
              change({ labels: recordOf(next) });
            }}
          />
        </div>
      </fieldset>
    </>
  );
}
