import { useState } from 'preact/hooks';
import type { Firing } from '../../../../wire/alerts.ts';
import { Button } from '../../../components/button.tsx';
import { NoteField } from '../../../components/note-field.tsx';
import { Time } from '../../../components/time.tsx';
import { mayDecide } from '../../../state/roles.ts';

interface AcknowledgeFormProps {
  firing: Firing;
  /** Grows each time that somebody asks for the note. */
  noteAsked: number;
  onAcknowledge: (firing: Firing, note: string) => void;
}

/** Somebody has seen it and says so: it is not told again, only that it ended. */
export function AcknowledgeForm({ firing, noteAsked, onAcknowledge }: AcknowledgeFormProps) {
  const [note, setNote] = useState('');
  const { acknowledged } = firing;
  if (acknowledged !== null) {
    return (
      <>
        <p>
          By <bdi>{acknowledged.byName}</bdi>, <Time ms={acknowledged.atMs} />.
        </p>
        {acknowledged.note === null ? null : (
          <p class="firing-note" dir="auto">
            {acknowledged.note}
          </p>
        )}
      </>
    );
  }
  if (!mayDecide.value) return <p class="faint">By nobody yet. Analysts and administrators can.</p>;
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        onAcknowledge(firing, note.trim());
      }}
    >
      <NoteField note={note} onInput={setNote} asked={noteAsked} />
      <Button type="submit" kind="primary">
        Acknowledge
      </Button>
    </form>
  );
}
