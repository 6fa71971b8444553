import { useState } from 'preact/hooks';
import { type FraudEvent, type ReviewedEvent, VERDICTS, type Verdict } from '../../../wire/fraud.ts';
import { Button } from '../../components/button.tsx';
import { NoteField } from '../../components/note-field.tsx';
import { mayDecide } from '../../state/roles.ts';
import { VERDICT_WORDS } from './words.ts';

interface VerdictFormProps {
  /** Grows each time that somebody asks for the note. */
  noteAsked?: number;
  event: FraudEvent | ReviewedEvent;
  onDecide: (event: FraudEvent, verdict: Verdict, note: string) => void;
}

/** What a reviewer says of an event. The chosen one can be changed at any time. */
export function VerdictForm({ event, noteAsked = 0, onDecide }: VerdictFormProps) {
  const [note, setNote] = useState('');
  const said = 'review' in event ? (event.review?.note ?? '') : '';
  if (!mayDecide.value) return <p class="faint">Verdicts are given by analysts and administrators.</p>;
  return (
    <div class="verdict-form">
      <NoteField note={note} onInput={setNote} asked={noteAsked} />
      {said ? (
        <p class="verdict-note" dir="auto">
          {said}
        </p>
      ) : null}
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
