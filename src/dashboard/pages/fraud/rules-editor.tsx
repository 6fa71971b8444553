import { useState } from 'preact/hooks';
import type { RiskSettings, RuleQuality, RulesAnswer } from '../../../wire/fraud.ts';
import { getRules, putRules } from '../../api/fraud.ts';
import type { ApiError } from '../../api/http.ts';
import { Button } from '../../components/button.tsx';
import { Overtaken } from '../../components/overtaken.tsx';
import { Failure, Notice } from '../../components/states.tsx';
import { plural, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { mayDecide } from '../../state/roles.ts';
import { isAdmin } from '../../state/session.ts';
import { say, sayError } from '../../state/toasts.ts';
import { DryRunPanel } from './dry-run.tsx';
import { changesOf, isValid, rebased, settingsOf } from './rule-draft.ts';
import { RuleTable } from './rule-table.tsx';
import { ThresholdScale } from './threshold-scale.tsx';
import { useDryRun } from './use-dry-run.ts';

interface RulesEditorProps {
  project: string;
  current: RulesAnswer;
  quality: readonly RuleQuality[];
  onSaved: (answer: RulesAnswer) => void;
}

export function RulesEditor({ project, current, quality, onSaved }: RulesEditorProps) {
  const [base, setBase] = useState(current);
  const [draft, setDraft] = useState<RiskSettings>(() => settingsOf(current));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const dryRun = useDryRun(project, draft);
  const changes = changesOf(base, draft);
  const valid = isValid(draft, base.thresholds);
  const save = async () => {
    setBusy(true);
    const answer = await putRules(project, draft);
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    setError(null);
    const before = settingsOf(base);
    onSaved(answer.value);
    say(`Rules of version ${answer.value.version} are in force`, () => {
      void putRules(project, { ...before, version: answer.value.version }).then((back) => {
        if (back.ok) onSaved(back.value);
        else sayError('The rules were not changed back', back.error);
      });
    });
  };
  /** The newest rules with the changes of this page made to them. */
  const takeOver = async () => {
    const answer = await getRules(project, new AbortController().signal);
    if (!answer.ok) return setError(answer.error);
    setDraft(rebased(base, draft, answer.value));
    setBase(answer.value);
    setError(null);
  };
  const conflict = error?.kind === 'problem' && error.code === 'settings_changed';
  return (
    <>
      <header class="page-head">
        <p class="grow faint">
          {base.version === 0 ? 'The defaults, never changed' : `Version ${base.version}`}
          {base.changedAtMs === null ? '' : `, changed ${relative(base.changedAtMs, now())}`}
          {isAdmin.value ? '. Try a change before it is in force.' : '. Changes are saved by administrators.'}
        </p>
        {changes > 0 ? (
          <Button
            onClick={() => {
              setDraft(settingsOf(base));
              setError(null);
            }}
          >
            Take back {plural(changes, 'change')}
          </Button>
        ) : null}
        {mayDecide.value ? (
          <Button
            kind={dryRun.isTried ? 'plain' : 'primary'}
            busy={dryRun.running}
            disabled={changes === 0 || !valid}
            onClick={dryRun.run}
          >
            Dry run
          </Button>
        ) : null}
        {isAdmin.value ? (
          <Button
            kind={dryRun.isTried ? 'primary' : 'plain'}
            busy={busy}
            disabled={changes === 0 || !valid || !dryRun.isTried}
            title={dryRun.isTried || changes === 0 ? 'Save the rules' : 'Do a dry run of these rules first'}
            onClick={() => void save()}
          >
            Save
          </Button>
        ) : null}
      </header>
      {base.confirmed ? null : (
        <Notice tone="warn">
          The rules are saved, but scores are still made with an earlier version. This mends itself within minutes.
        </Notice>
      )}
      {conflict ? (
        <Overtaken what="the rules" onTakeOver={() => void takeOver()} />
      ) : error ? (
        <Failure line what="The rules were not saved" error={error} onRetry={() => void save()} />
      ) : null}
      <ThresholdScale draft={draft} onChange={(change) => setDraft({ ...draft, ...change })} />
      <DryRunPanel dryRun={dryRun} />
      <RuleTable base={base} draft={draft} quality={quality} onChange={(rules) => setDraft({ ...draft, rules })} />
    </>
  );
}
