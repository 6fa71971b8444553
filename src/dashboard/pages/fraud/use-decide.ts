import type { FraudEvent, Verdict } from '../../../wire/fraud.ts';
import { decideReview } from '../../api/fraud.ts';
import { say, sayError } from '../../state/toasts.ts';
import { VERDICT_WORDS } from './words.ts';

/**
 * Shows the verdict at once, sends it, and takes it back where it was refused. A verdict cannot be taken away again, but it can be changed: undo
 * gives back the one before, and `unsure` where there was none.
 */
export function decider(project: string, shown: (id: string, verdict: Verdict | null) => void) {
  return async function decide(event: FraudEvent, verdict: Verdict, note: string): Promise<void> {
    const before = event.verdict;
    shown(event.id, verdict);
    const answer = await decideReview(project, event.id, verdict, note);
    if (!answer.ok) {
      shown(event.id, before);
      sayError('The verdict was not saved', answer.error);
      return;
    }
    say(`${VERDICT_WORDS[verdict]}: ${shortened(event.userId)}, ${shortened(event.eventType)}`, () => {
      void undo(project, event, before, verdict, shown);
    });
  };
}

async function undo(
  project: string,
  { id }: FraudEvent,
  before: Verdict | null,
  verdict: Verdict,
  shown: (id: string, verdict: Verdict | null) => void,
): Promise<void> {
  const back = before ?? 'unsure';
  shown(id, back);
  const answer = await decideReview(project, id, back, '');
  if (answer.ok) return;
  shown(id, verdict);
  sayError('The verdict was not changed back', answer.error);
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
