import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Answer } from '../api/http.ts';
import { TextField } from './field.tsx';
import { FormDialog } from './form-dialog.tsx';

interface ConfirmProps {
  title: string;
  name: string;
  action: string;
  submit: () => Promise<Answer<unknown>>;
  onDone: () => void;
  onClose: () => void;
  children: ComponentChildren;
}

/** Only for what cannot be undone. */
export function ConfirmByName({ title, name, action, submit, onDone, onClose, children }: ConfirmProps) {
  const [typed, setTyped] = useState('');
  return (
    <FormDialog
      title={title}
      action={action}
      danger
      ready={typed.trim() === name.trim()}
      submit={submit}
      onDone={onDone}
      onClose={onClose}
    >
      {() => (
        <>
          <p>{children}</p>
          <TextField label={`Type “${name}” to confirm`} value={typed} onInput={setTyped} autoFocus />
        </>
      )}
    </FormDialog>
  );
}
