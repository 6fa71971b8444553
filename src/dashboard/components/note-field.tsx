import { useEffect, useId, useRef } from 'preact/hooks';

interface NoteFieldProps {
  note: string;
  onInput: (note: string) => void;
  /** Grows each time that somebody asks for it by a key. */
  asked: number;
}

/** As the server takes it, of a verdict as of an acknowledgement. */
const MAX_NOTE_CHARS = 1_000;

/** What somebody adds to a decision. */
export function NoteField({ note, onInput, asked }: NoteFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (asked > 0) input.current?.focus();
  }, [asked]);
  return (
    <div class="field">
      <label for={id}>Note (optional)</label>
      <input
        ref={input}
        id={id}
        class="input"
        value={note}
        maxLength={MAX_NOTE_CHARS}
        dir="auto"
        onInput={(typed) => onInput(typed.currentTarget.value)}
        onKeyDown={(event) => {
          // Back to the list: the keys mean rows again.
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
    </div>
  );
}
