import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Answer, ApiError } from '../api/http.ts';
import { isPlaced, sentence } from '../lib/errors.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Notice } from './states.tsx';

interface FormDialogProps<T> {
  title: string;
  action: string;
  danger?: boolean;
  ready: boolean;
  /** JSON pointers whose reasons the form shows beside its fields. */
  places?: readonly string[];
  submit: () => Promise<Answer<T>>;
  onDone: (value: T) => void;
  onClose: () => void;
  children: (error: ApiError | null) => ComponentChildren;
}

/** A form in a dialog: busy while it is sent, the refusal above its fields, closed when it worked. */
export function FormDialog<T>(props: FormDialogProps<T>) {
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (busy || !props.ready) return;
    setBusy(true);
    const answer = await props.submit();
    setBusy(false);
    if (answer.ok) props.onDone(answer.value);
    else setError(answer.error);
  };
  // What has a place beside its own field needs no second one.
  const general = error && !isPlaced(error, props.places ?? []) ? error : null;
  return (
    <Dialog title={props.title} stays onClose={props.onClose}>
      <form onSubmit={(event) => void onSubmit(event)}>
        {general ? <Notice tone="bad">{sentence(general)}</Notice> : null}
        {props.children(error)}
        <div class="dialog-actions">
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" kind={props.danger ? 'danger' : 'primary'} busy={busy} disabled={!props.ready}>
            {props.action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
