import type { Firing } from '../../../../wire/alerts.ts';
import { acknowledge, isStored } from '../../../api/alerts.ts';
import { now } from '../../../state/clock.ts';
import { user } from '../../../state/session.ts';
import { say, sayError } from '../../../state/toasts.ts';

type Change = (id: string, by: (firing: Firing) => Firing) => void;

/** Shows it at once, sends it, and takes it back where it was refused. */
export function acknowledger(project: string, change: Change) {
  return async function acknowledgeFiring(firing: Firing, note: string): Promise<void> {
    const me = user.peek();
    const said = note === '' ? null : note;
    change(firing.id, (row) => ({
      ...row,
      quiet: row.quiet ?? 'acknowledged',
      acknowledged: { by: me?.userId ?? '', byName: me?.username ?? '', atMs: now(), note: said },
    }));
    const answer = await acknowledge(project, firing.id, note);
    if (answer.ok) return say('Acknowledged: it is not told again, only that it ended');
    if (!isStored(answer.error)) {
      change(firing.id, (row) => ({ ...row, quiet: firing.quiet, acknowledged: firing.acknowledged }));
    }
    sayError('It was not acknowledged', answer.error);
  };
}
