import { useState } from 'preact/hooks';
import type { ErrorGroup } from '../../../wire/error-groups.ts';
import { type SetStatus, setErrorStatus } from '../../api/errors.ts';
import { Button } from '../../components/button.tsx';
import { mayDecide } from '../../state/roles.ts';
import { say, sayError } from '../../state/toasts.ts';
import { useShortcuts } from '../../state/use-shortcuts.ts';

interface StatusActionsProps {
  project: string;
  group: ErrorGroup;
  onChanged: (status: SetStatus) => void;
}

const DONE: Readonly<Record<SetStatus, string>> = {
  resolved: 'Resolved. It counts as come again when a newer error of its kind arrives',
  ignored: 'Ignored',
  open: 'Open again',
};

/** What becomes of a group, for who may say so. */
export function StatusActions(props: StatusActionsProps) {
  return mayDecide.value ? <Actions {...props} /> : null;
}

function Actions({ project, group, onChanged }: StatusActionsProps) {
  const [busy, setBusy] = useState(false);
  // What came again is open: undo gives back that somebody has to look at it.
  const now: SetStatus = group.status === 'regressed' ? 'open' : group.status;
  const change = async (status: SetStatus, back: SetStatus | null) => {
    setBusy(true);
    const answer = await setErrorStatus(project, group.fingerprint, status);
    setBusy(false);
    if (!answer.ok) return sayError('The status was not changed', answer.error);
    onChanged(status);
    say(DONE[status], back === null ? null : () => void change(back, null));
  };
  const toggle = (status: 'resolved' | 'ignored') => {
    if (!busy) void change(now === status ? 'open' : status, now);
  };
  useShortcuts([
    { keys: 'r', label: 'Resolve, or open again', group: 'Lists', run: () => toggle('resolved') },
    { keys: 'i', label: 'Ignore, or open again', group: 'Lists', run: () => toggle('ignored') },
  ]);
  return (
    <span class="status-actions">
      <Button
        small
        icon={now === 'resolved' ? 'refresh' : 'check'}
        busy={busy}
        title="(r)"
        onClick={() => toggle('resolved')}
      >
        {now === 'resolved' ? 'Open again' : 'Resolve'}
      </Button>
      <Button
        small
        icon={now === 'ignored' ? 'refresh' : 'minus'}
        busy={busy}
        title="(i)"
        onClick={() => toggle('ignored')}
      >
        {now === 'ignored' ? 'Open again' : 'Ignore'}
      </Button>
    </span>
  );
}
