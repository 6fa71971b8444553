import { useState } from 'preact/hooks';
import { addPasskey, startPasskey } from '../../api/factors.ts';
import type { ApiError } from '../../api/http.ts';
import type { PasskeyRow } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/field.tsx';
import { Notice } from '../../components/states.tsx';
import { deviceOf } from '../../lib/device.ts';
import { fieldReason, sentence } from '../../lib/errors.ts';
import { makePasskey } from '../../lib/passkey.ts';

interface PasskeyDialogProps {
  onDone: (passkey: PasskeyRow) => void;
  onClose: () => void;
}

export function PasskeyDialog({ onDone, onClose }: PasskeyDialogProps) {
  const [name, setName] = useState(deviceOf(navigator.userAgent));
  const [error, setError] = useState<ApiError | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const add = async () => {
    const start = await startPasskey();
    if (!start.ok) return setError(start.error);
    const outcome = await makePasskey(start.value.options);
    if (outcome.kind === 'failed') return setFault(outcome.sentence);
    if (outcome.kind === 'cancelled') return setFault('No passkey was made: it was cancelled, or took too long.');
    const answer = await addPasskey(start.value.challenge, outcome.credential, name.trim());
    if (answer.ok) onDone(answer.value);
    else setError(answer.error);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || name.trim() === '') return;
    setBusy(true);
    setError(null);
    setFault(null);
    await add();
    setBusy(false);
  };
  const nameReason = fieldReason(error, '/name');
  const general = fault ?? (error && nameReason === null ? sentence(error) : null);
  return (
    <Dialog title="Add a passkey" stays onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        {general ? <Notice tone="bad">{general}</Notice> : null}
        <TextField
          label="Name"
          hint="To tell it from others later. The browser asks next where to keep the passkey."
          value={name}
          onInput={setName}
          required
          autoFocus
          error={nameReason}
        />
        <div class="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={name.trim() === ''}>
            {busy ? 'Waiting for the browser' : 'Go on'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
