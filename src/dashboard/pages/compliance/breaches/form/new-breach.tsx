import { useState } from 'preact/hooks';
import { createBreach } from '../../../../api/breaches.ts';
import type { ApiError } from '../../../../api/http.ts';
import { listRegimes } from '../../../../api/regimes.ts';
import { Button } from '../../../../components/button.tsx';
import { Field, TextField } from '../../../../components/field.tsx';
import { Icon } from '../../../../components/icon.tsx';
import { Link } from '../../../../components/link.tsx';
import { Failure, Notice } from '../../../../components/states.tsx';
import { TimeField } from '../../../../components/time-field.tsx';
import { fieldReason, sentence } from '../../../../lib/errors.ts';
import { now } from '../../../../state/clock.ts';
import { projects } from '../../../../state/projects.ts';
import { go } from '../../../../state/route.ts';
import { say } from '../../../../state/toasts.ts';
import { useResource } from '../../../../state/use-resource.ts';
import { breachHref } from '../links.ts';
import { AnswerFields, LawFields, TimeFields, WhatFields, WhomFields } from './breach-fields.tsx';
import { type BreachDraft, emptyDraft, inputOf } from './draft.ts';

/** Enters what is known of a breach. When it was seen and when it was certain cannot be changed later. */
export function NewBreachForm() {
  const regimes = useResource('regimes', listRegimes);
  const [draft, setDraft] = useState<BreachDraft>(() => emptyDraft(now()));
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<BreachDraft>) => setDraft((before) => ({ ...before, ...change }));
  const input = inputOf(draft);
  const part = { draft, error, set };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (input === null || busy) return;
    setBusy(true);
    const answer = await createBreach(input);
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    say('The breach is in the register: its clocks run');
    go(breachHref(answer.value.id), 'replace');
  };
  return (
    <>
      <Link class="back-link" href={breachHref('')}>
        <Icon name="back" />
        <span>All breaches</span>
      </Link>
      <form class="deletion-form" onSubmit={(event) => void submit(event)}>
        <h2>New breach</h2>
        {error ? <Notice tone="bad">{sentence(error)}</Notice> : null}
        {regimes.error ? (
          <Failure line what="The laws could not be loaded" error={regimes.error} onRetry={regimes.reload} />
        ) : null}
        <fieldset class="fieldset deletion-part">
          <legend>Which, and since when</legend>
          <TextField
            label="Title"
            value={draft.title}
            placeholder="Export of payments sent to the wrong address"
            error={fieldReason(error, '/title')}
            onInput={(title) => set({ title })}
            required
          />
          <Field label="Project" error={fieldReason(error, '/projectId')}>
            {(ids) => (
              <select
                {...ids}
                class="select"
                value={draft.projectId ?? ''}
                onChange={(event) => set({ projectId: event.currentTarget.value || null })}
              >
                <option value="">The whole deployment</option>
                {projects.value.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <TimeField
            label="First seen"
            ms={draft.detectedAtMs}
            hint="Fixed once it is entered."
            error={fieldReason(error, '/detectedAtMs')}
            onInput={(detectedAtMs) => set({ detectedAtMs })}
          />
          <TimeField
            label="Certain since"
            ms={draft.awareAtMs}
            hint="The clocks run from here. Fixed once it is entered."
            error={fieldReason(error, '/awareAtMs')}
            onInput={(awareAtMs) => set({ awareAtMs })}
          />
          <TimeFields {...part} />
        </fieldset>
        <LawFields {...part} regimes={regimes.data?.items ?? []} />
        <WhatFields {...part} />
        <WhomFields {...part} />
        <AnswerFields {...part} />
        <p class="faint">What is not known yet can be written later: the title and the times are enough to begin.</p>
        <div class="dialog-actions">
          <Button onClick={() => go(breachHref(''))}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={input === null}>
            Enter the breach
          </Button>
        </div>
      </form>
    </>
  );
}
