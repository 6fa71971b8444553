import { useState } from 'preact/hooks';
import type { BrowserRules, BrowserRulesAnswer } from '../../../wire/browser.ts';
import { putBrowserRules } from '../../api/browser.ts';
import type { ApiError } from '../../api/http.ts';
import { Button } from '../../components/button.tsx';
import { Check, Field } from '../../components/field.tsx';
import { Failure, Notice } from '../../components/states.tsx';
import { relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { say, sayError } from '../../state/toasts.ts';
import { PagePreview } from './page-preview.tsx';
import { ruleFault, valuesOf } from './rule-lines.ts';

interface BrowserRulesFormProps {
  projectId: string;
  current: BrowserRulesAnswer;
  onSaved: (answer: BrowserRulesAnswer) => void;
  /** Somebody else has saved meanwhile. */
  onReload: () => void;
}

export function BrowserRulesForm({ projectId, current, onSaved, onReload }: BrowserRulesFormProps) {
  const [text, setText] = useState(current.pageRules.join('\n'));
  const [keepBots, setKeepBots] = useState(current.bots === 'keep');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const draft: BrowserRules = { pageRules: valuesOf(text), bots: keepBots ? 'keep' : 'drop' };
  const isChanged = JSON.stringify(draft) !== JSON.stringify({ pageRules: current.pageRules, bots: current.bots });
  const save = async () => {
    setBusy(true);
    const answer = await putBrowserRules(projectId, { ...draft, version: current.version });
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    setError(null);
    onSaved(answer.value);
    const { pageRules, bots } = current;
    say('Saved. Records that come from now on go by it', () => {
      void putBrowserRules(projectId, { pageRules, bots, version: answer.value.version }).then((back) => {
        if (back.ok) onSaved(back.value);
        else sayError('The rules were not changed back', back.error);
      });
    });
  };
  const isConflict = error?.kind === 'problem' && error.code === 'browser_rules_changed';
  return (
    <>
      <header class="page-head">
        <p class="grow faint">
          {current.version === 0 ? 'The built-in rules, never changed' : `Version ${current.version}`}
          {current.changedAtMs === null ? '' : `, changed ${relative(current.changedAtMs, now())}`}
        </p>
        <Button kind="primary" busy={busy} disabled={!isChanged || fault !== null} onClick={() => void save()}>
          Save
        </Button>
      </header>
      {isConflict ? (
        <Notice
          tone="warn"
          action={
            <Button small onClick={onReload}>
              Load theirs
            </Button>
          }
        >
          Somebody else has changed this meanwhile. Nothing was saved; loading theirs puts away what you wrote here.
        </Notice>
      ) : error && ruleFault(error, text) === null ? (
        <Failure line what="The rules were not saved" error={error} onRetry={() => void save()} />
      ) : null}
      <div class="browser-rules">
        <div class="tab-section">
          <Field
            label="Pages, by rules of your own"
            hint="One a line, the first that matches counts: /shop/:category/*, /u/*. :name and * stand for one part of a path, * at the end for all that follows. What none matches is named by itself: numbers, dates and tokens become places."
            error={fault ?? ruleFault(error, text)}
          >
            {(ids) => (
              <textarea
                {...ids}
                class="input input-area"
                rows={10}
                spellcheck={false}
                placeholder={'/shop/:category/*\n/u/*'}
                value={text}
                onInput={(event) => setText(event.currentTarget.value)}
              />
            )}
          </Field>
          <Check
            label="Count what crawlers send, such as Googlebot. Otherwise it is rejected and counted as such."
            checked={keepBots}
            onChange={setKeepBots}
          />
        </div>
        <PagePreview projectId={projectId} rulesText={text} onFault={setFault} />
      </div>
    </>
  );
}
