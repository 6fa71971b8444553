import type { BreachInput, Regime } from '../../../../../wire/compliance.ts';
import type { ApiError } from '../../../../api/http.ts';
import { Check, TextField } from '../../../../components/field.tsx';
import { TextArea } from '../../../../components/text-area.tsx';
import { TimeField } from '../../../../components/time-field.tsx';
import { fieldReason } from '../../../../lib/errors.ts';
import { KIND_WORDS } from '../breach-words.ts';
import { type BreachDraft, numberIn } from './draft.ts';

export interface PartProps {
  draft: BreachDraft;
  error: ApiError | null;
  set: (change: Partial<BreachDraft>) => void;
}

const KINDS = Object.entries(KIND_WORDS) as [BreachInput['kinds'][number], string][];
const toggled = <T,>(list: readonly T[], one: T, on: boolean): T[] =>
  on ? [...list, one] : list.filter((other) => other !== one);

/** Which laws apply: their clocks run. */
export function LawFields({ draft, error, set, regimes }: PartProps & { regimes: readonly Regime[] }) {
  return (
    <fieldset class="fieldset deletion-part">
      <legend>Laws and risk</legend>
      <div class="breach-checks">
        {regimes.map(({ id, name, source }) => (
          <Check
            key={id}
            label={
              <>
                {name} <span class="faint">{source}</span>
              </>
            }
            checked={draft.regimeIds.includes(id)}
            onChange={(on) => set({ regimeIds: toggled(draft.regimeIds, id, on) })}
          />
        ))}
        {fieldReason(error, '/regimeIds') ? <p class="field-error">{fieldReason(error, '/regimeIds')}</p> : null}
      </div>
      <Check
        label="Likely a high risk for people: some laws then want them to be told"
        checked={draft.highRisk}
        onChange={(highRisk) => set({ highRisk })}
      />
    </fieldset>
  );
}

export function TimeFields({ draft, error, set }: PartProps) {
  return (
    <>
      <TimeField
        label="Began"
        ms={draft.beganAtMs}
        hint="As far as it is known."
        error={fieldReason(error, '/beganAtMs')}
        onInput={(beganAtMs) => set({ beganAtMs })}
      />
      <TimeField
        label="Ended"
        ms={draft.endedAtMs}
        hint="Empty while it goes on, or is not known."
        error={fieldReason(error, '/endedAtMs')}
        onInput={(endedAtMs) => set({ endedAtMs })}
      />
    </>
  );
}

export function WhatFields({ draft, error, set }: PartProps) {
  return (
    <fieldset class="fieldset deletion-part">
      <legend>What happened</legend>
      <Text name="nature" label="Nature" rows={4} draft={draft} error={error} set={set} />
      <div class="breach-checks">
        {KINDS.map(([kind, words]) => (
          <Check
            key={kind}
            label={words}
            checked={draft.kinds.includes(kind)}
            onChange={(on) => set({ kinds: toggled(draft.kinds, kind, on) })}
          />
        ))}
      </div>
      <Text name="location" label="Where" rows={2} draft={draft} error={error} set={set} />
      <Text name="cause" label="Cause" rows={3} draft={draft} error={error} set={set} />
      <Text
        name="causedBy"
        label="Who caused it, as far as it is known"
        rows={2}
        draft={draft}
        error={error}
        set={set}
      />
    </fieldset>
  );
}

export function WhomFields({ draft, error, set }: PartProps) {
  const count = (name: 'people' | 'records', label: string) => (
    <TextField
      label={label}
      value={draft[name]}
      digits
      hint="Empty while it is not known."
      error={numberIn(draft[name]) === undefined ? 'must be a whole number' : fieldReason(error, `/${name}`)}
      onInput={(text) => set({ [name]: text })}
    />
  );
  return (
    <fieldset class="fieldset deletion-part">
      <legend>Whom and what</legend>
      <Text
        name="categoriesOfPeople"
        label="Kinds of people, one a line"
        rows={3}
        draft={draft}
        error={error}
        set={set}
      />
      <Text
        name="categoriesOfRecords"
        label="Kinds of records, one a line"
        rows={3}
        draft={draft}
        error={error}
        set={set}
      />
      {count('people', 'People, about')}
      {count('records', 'Records, about')}
    </fieldset>
  );
}

export function AnswerFields({ draft, error, set }: PartProps) {
  return (
    <fieldset class="fieldset deletion-part">
      <legend>What follows</legend>
      <Text name="consequences" label="Likely consequences" rows={3} draft={draft} error={error} set={set} />
      <Text name="measures" label="Measures taken and planned" rows={3} draft={draft} error={error} set={set} />
      <Text name="mitigation" label="What mitigates it" rows={3} draft={draft} error={error} set={set} />
      <Text name="advice" label="What those affected can do" rows={3} draft={draft} error={error} set={set} />
      <Text name="contact" label="Whom to ask" rows={2} draft={draft} error={error} set={set} />
    </fieldset>
  );
}

type TextName = {
  [name in keyof BreachDraft]: BreachDraft[name] extends string ? name : never;
}[keyof BreachDraft];

function Text({ name, label, rows, draft, error, set }: PartProps & { name: TextName; label: string; rows: number }) {
  return (
    <TextArea
      label={label}
      rows={rows}
      value={draft[name]}
      error={fieldReason(error, `/${name}`)}
      onInput={(text) => set({ [name]: text })}
    />
  );
}
