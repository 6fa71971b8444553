import { useState } from 'preact/hooks';
import type { FraudEvent, Verdict } from '../../api/fraud-types.ts';
import { VERDICTS } from '../../api/fraud-types.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { mayDecide } from './roles.ts';
import { VERDICT_WORDS } from './words.ts';

interface VerdictFormProps {
  event: FraudEvent;
  onDecide: (event: FraudEvent, verdict: Verdict, note: string) => void;
}

const MAX_NOTE_CHARS = 500;

/** What a reviewer says of an event. The chosen one can be changed at any time. */
export function VerdictForm({ event, onDecide }: VerdictFormProps) {
  const [note, setNote] = useState('');
  if (!mayDecide.value) return <p class="faint">Verdicts are given by analysts and administrators.</p>;
  return (
    <div class="verdict-form">
      <Field label="Note (optional)">
        {(ids) => (
          <input
            {...ids}
            class="input"
            value={note}
            maxLength={MAX_NOTE_CHARS}
            dir="auto"
            onInput={(input) => setNote(input.currentTarget.value)}
          />
        )}
      </Field>
      <fieldset class="verdict-buttons">
        <legend class="visually-hidden">Verdict</legend>
        {VERDICTS.map((verdict) => (
          <Button
            key={verdict}
            kind={verdict === 'fraud' ? 'danger' : 'plain'}
            pressed={event.verdict === verdict}
            onClick={() => onDecide(event, verdict, note.trim())}
          >
            {VERDICT_WORDS[verdict]}
          </Button>
        ))}
      </fieldset>
    </div>
  );
}
