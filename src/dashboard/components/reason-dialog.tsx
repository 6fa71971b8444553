import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Answer } from '../api/http.ts';
import { fieldReason } from '../lib/errors.ts';
import { TextField } from './field.tsx';
import { FormDialog } from './form-dialog.tsx';

interface ReasonDialogProps {
  title: string;
  action: string;
  /** What it does. */
  words: ComponentChildren;
  submit: (reason: string) => Promise<Answer<unknown>>;
  onDone: () => void;
  onClose: () => void;
}

/** For what has to say why. */
export function ReasonDialog({ title, action, words, submit, onDone, onClose }: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  return (
    <FormDialog
      title={title}
      action={action}
      danger
      ready={reason.trim() !== ''}
      places={['/reason']}
      submit={() => submit(reason.trim())}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          {typeof words === 'string' ? <p>{words}</p> : words}
          <TextField
            label="Reason"
            value={reason}
            onInput={setReason}
            error={fieldReason(error, '/reason')}
            required
            autoFocus
          />
        </>
      )}
    </FormDialog>
  );
}
