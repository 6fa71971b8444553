import { useState } from 'preact/hooks';
import type { AlertRule, AlertRuleInput } from '../../../../wire/alerts.ts';
import { changeRule, createRule, deleteRule, isStored, listRules } from '../../../api/alerts.ts';
import type { ApiError } from '../../../api/http.ts';
import { Button } from '../../../components/button.tsx';
import { ConfirmByName } from '../../../components/confirm-by-name.tsx';
import { Link } from '../../../components/link.tsx';
import { Overtaken } from '../../../components/overtaken.tsx';
import { Failure } from '../../../components/states.tsx';
import { isPlaced } from '../../../lib/errors.ts';
import { relative } from '../../../lib/format.ts';
import { now } from '../../../state/clock.ts';
import { mayDecide } from '../../../state/roles.ts';
import { go, hrefOf } from '../../../state/route.ts';
import { say, sayError } from '../../../state/toasts.ts';
import { PreviewPanel } from './preview-panel.tsx';
import { inputOf, isComplete, rebased } from './rule-draft.ts';
import { PLACES, RuleForm } from './rule-form.tsx';
import { usePreview } from './use-preview.ts';

interface RuleEditorProps {
  project: string;
  /** Null is a new one. */
  rule: AlertRule | null;
  start: AlertRuleInput;
  /** Something was saved or deleted. */
  onChanged: () => void;
}

const back = () => go(hrefOf('/alerts/rules', {}, 'frame'));

/** A rule, and beside it when it would have fired. */
export function RuleEditor({ project, rule, start, onChanged }: RuleEditorProps) {
  const [base, setBase] = useState(rule);
  const [draft, setDraft] = useState(start);
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [deleting, setDeleting] = useState(false);
  const preview = usePreview(project, draft);
  const isChanged = base === null || JSON.stringify(inputOf(base)) !== JSON.stringify(draft);
  const isConflict = error?.kind === 'problem' && error.code === 'rule_changed';
  // What the server said of an earlier try to save is over as soon as it says something of the draft as it is now.
  const shown = error ?? preview.error;
  const save = async () => {
    setBusy(true);
    const answer =
      base === null
        ? await createRule(project, draft)
        : await changeRule(project, base.id, { ...draft, version: base.version });
    setBusy(false);
    if (!answer.ok && !isStored(answer.error)) return setError(answer.error);
    onChanged();
    if (answer.ok) tellSaved(project, base, answer.value, onChanged);
    else sayError('The rule is saved', answer.error);
    back();
  };
  const takeOver = async () => {
    const answer = await listRules(project, new AbortController().signal);
    if (!answer.ok) return setError(answer.error);
    const theirs = answer.value.items.find(({ id }) => id === base?.id);
    if (!theirs || base === null) return;
    setDraft(rebased(inputOf(base), draft, theirs));
    setBase(theirs);
    setRound((n) => n + 1);
    setError(null);
  };
  return (
    <form
      class="rule-editor"
      aria-label={rule === null ? 'New rule' : 'Rule'}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save();
      }}
    >
      <header class="page-head rule-editor-head">
        <h2 class="grow clip">
          <Link href={hrefOf('/alerts/rules', {}, 'frame')}>Rules</Link>{' '}
          <span class="faint" aria-hidden="true">
            /
          </span>{' '}
          <bdi>{rule === null ? 'New rule' : rule.name}</bdi>
        </h2>
        {base === null ? null : (
          <>
            <span class="faint">changed {relative(base.changedAtMs, now())}</span>
            <Link href={hrefOf('/alerts', { rule: base.id }, 'frame')}>Its alerts</Link>
          </>
        )}
        {mayDecide.value ? (
          <>
            {base === null ? null : (
              <Button kind="danger" icon="trash" onClick={() => setDeleting(true)}>
                Delete
              </Button>
            )}
            <Button
              type="submit"
              kind="primary"
              busy={busy}
              disabled={!isChanged || !isComplete(draft) || draft.name.trim() === ''}
            >
              {base === null ? 'Create the rule' : 'Save'}
            </Button>
          </>
        ) : (
          <span class="faint">Rules are changed by analysts and administrators.</span>
        )}
      </header>
      {isConflict ? (
        <Overtaken what="the rule" onTakeOver={() => void takeOver()} />
      ) : error && !isPlaced(error, PLACES) ? (
        <Failure line what="The rule was not saved" error={error} onRetry={() => void save()} />
      ) : null}
      <div class="rule-fields card panel">
        <fieldset class="rule-all" disabled={!mayDecide.value}>
          <legend class="visually-hidden">The rule</legend>
          <RuleForm
            key={round}
            project={project}
            draft={draft}
            onChange={(next) => {
              setDraft(next);
              if (!isConflict) setError(null);
            }}
            error={isConflict ? null : shown}
          />
        </fieldset>
      </div>
      <PreviewPanel preview={preview} isPlaced={preview.error !== null && isPlaced(preview.error, PLACES)} />
      {deleting && base ? (
        <ConfirmByName
          title="Delete the rule"
          name={base.name}
          action="Delete"
          submit={() => deleteRule(project, base.id)}
          onDone={() => {
            onChanged();
            say('The rule is deleted');
            back();
          }}
          onClose={() => setDeleting(false)}
        >
          What fires by it ends without a notice. To have it quiet for a while, switch it off or silence it.
        </ConfirmByName>
      ) : null}
    </form>
  );
}

function tellSaved(project: string, before: AlertRule | null, after: AlertRule, onChanged: () => void): void {
  const undo = async () => {
    const answer =
      before === null
        ? await deleteRule(project, after.id)
        : await changeRule(project, after.id, { ...inputOf(before), version: after.version });
    if (!answer.ok) sayError('It was not changed back', answer.error);
    onChanged();
  };
  say(before === null ? 'The rule watches from now on' : 'The rule is changed', () => void undo());
}
