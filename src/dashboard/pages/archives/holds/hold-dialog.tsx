import { useState } from 'preact/hooks';
import type { Stream } from '../../../../wire/record.ts';
import { createHold } from '../../../api/archives.ts';
import { Field, TextField } from '../../../components/field.tsx';
import { FormDialog } from '../../../components/form-dialog.tsx';
import { StreamSelect } from '../../../components/query/stream-select.tsx';
import { TimeField } from '../../../components/time-field.tsx';
import { fieldReason } from '../../../lib/errors.ts';

interface HoldDialogProps {
  project: string;
  onDone: () => void;
  onClose: () => void;
}

const PLACES = ['/fromMs', '/toMs', '/reason'];

/** Of which stream, which time, and why. */
export function HoldDialog({ project, onDone, onClose }: HoldDialogProps) {
  const [stream, setStream] = useState<Stream | null>(null);
  const [fromMs, setFrom] = useState<number | null>(null);
  const [toMs, setTo] = useState<number | null>(null);
  const [reason, setReason] = useState('');
  const isReversed = fromMs !== null && toMs !== null && fromMs >= toMs;
  return (
    <FormDialog
      title="Add a legal hold"
      action="Hold"
      ready={fromMs !== null && !isReversed && reason.trim() !== ''}
      places={PLACES}
      submit={() => createHold(project, { stream, fromMs: fromMs ?? 0, toMs, reason: reason.trim() })}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <p>Records of this time stay as they are until somebody releases the hold, in the database as in R2.</p>
          <Field label="Stream">{({ id }) => <StreamSelect id={id} value={stream} onChange={setStream} />}</Field>
          <TimeField label="From" ms={fromMs} onInput={setFrom} error={fieldReason(error, '/fromMs')} required />
          <TimeField
            label="To"
            ms={toMs}
            hint="Empty is without end: what comes is held too."
            error={isReversed ? 'This is before the start.' : fieldReason(error, '/toMs')}
            onInput={setTo}
          />
          <TextField
            label="Reason"
            value={reason}
            onInput={setReason}
            placeholder="Case 2026/114, order of the court"
            error={fieldReason(error, '/reason')}
            required
          />
        </>
      )}
    </FormDialog>
  );
}
