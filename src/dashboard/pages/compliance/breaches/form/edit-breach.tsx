import { useState } from 'preact/hooks';
import type { Breach } from '../../../../../wire/compliance.ts';
import { changeBreach, getBreach } from '../../../../api/breaches.ts';
import type { ApiError } from '../../../../api/http.ts';
import { listRegimes } from '../../../../api/regimes.ts';
import { Button } from '../../../../components/button.tsx';
import { TextField } from '../../../../components/field.tsx';
import { Icon } from '../../../../components/icon.tsx';
import { Link } from '../../../../components/link.tsx';
import { Overtaken } from '../../../../components/overtaken.tsx';
import { Failure, Notice, Skeleton } from '../../../../components/states.tsx';
import { TextArea } from '../../../../components/text-area.tsx';
import { Time } from '../../../../components/time.tsx';
import { fieldReason, sentence } from '../../../../lib/errors.ts';
import { go } from '../../../../state/route.ts';
import { say } from '../../../../state/toasts.ts';
import { useResource } from '../../../../state/use-resource.ts';
import { breachHref } from '../links.ts';
import { AnswerFields, LawFields, TimeFields, WhatFields, WhomFields } from './breach-fields.tsx';
import { type BreachDraft, draftOf, inputOf } from './draft.ts';

export function EditBreach({ id }: { id: string }) {
  const { data, error, loading, reload } = useResource(id, (signal) => getBreach(id, signal), false);
  return (
    <>
      <Link class="back-link" href={breachHref(id)}>
        <Icon name="back" />
        <span>The breach</span>
      </Link>
      {data ? (
        <EditForm breach={data} rereading={loading} onReread={reload} />
      ) : error ? (
        <Failure what="The breach could not be loaded" error={error} onRetry={reload} />
      ) : (
        <Skeleton rows={16} label="Loading the breach" />
      )}
    </>
  );
}

/** What is known by now. `breach` may become a newer one under it: what was typed stays. */
function EditForm({ breach, rereading, onReread }: { breach: Breach; rereading: boolean; onReread: () => void }) {
  const regimes = useResource('regimes', listRegimes);
  const [draft, setDraft] = useState<BreachDraft>(() => draftOf(breach));
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<BreachDraft>) => setDraft((before) => ({ ...before, ...change }));
  const input = inputOf(draft);
  const part = { draft, error, set };
  const isOvertaken = error?.kind === 'problem' && error.status === 409;
  const late = breach.clocks.filter(({ state }) => state === 'done_late' || state === 'overdue');
  const submit = async (event: Event) => {
    event.preventDefault();
    if (input === null || busy || rereading) return;
    setBusy(true);
    const { projectId: _, detectedAtMs: __, awareAtMs: ___, ...change } = input;
    const answer = await changeBreach(breach.id, { ...change, version: breach.version });
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    say('Saved');
    go(breachHref(breach.id), 'replace');
  };
  return (
    <form class="deletion-form" onSubmit={(event) => void submit(event)}>
      <h2>Edit the breach</h2>
      {isOvertaken ? (
        <Overtaken
          what="the breach"
          onTakeOver={() => {
            setError(null);
            onReread();
          }}
        />
      ) : error ? (
        <Notice tone="bad">{sentence(error)}</Notice>
      ) : null}
      <fieldset class="fieldset deletion-part">
        <legend>Which, and since when</legend>
        <TextField
          label="Title"
          value={draft.title}
          error={fieldReason(error, '/title')}
          onInput={(title) => set({ title })}
          required
        />
        <p class="faint">
          First seen <Time ms={breach.detectedAtMs} />, certain since <Time ms={breach.awareAtMs} />. Both are fixed.
        </p>
        <TimeFields {...part} />
      </fieldset>
      <LawFields {...part} regimes={regimes.data?.items ?? []} />
      <WhatFields {...part} />
      <WhomFields {...part} />
      <AnswerFields {...part} />
      {late.length === 0 ? null : (
        <fieldset class="fieldset deletion-part">
          <legend>Why it was late</legend>
          {late.map(({ id, label }) => (
            <TextArea
              key={id}
              label={label}
              rows={2}
              value={draft.lateReasons[id] ?? ''}
              error={fieldReason(error, `/lateReasons/${id}`)}
              onInput={(reason) => set({ lateReasons: { ...draft.lateReasons, [id]: reason } })}
            />
          ))}
        </fieldset>
      )}
      <div class="dialog-actions">
        <Button onClick={() => go(breachHref(breach.id))}>Cancel</Button>
        <Button type="submit" kind="primary" busy={busy || rereading} disabled={input === null}>
          Save
        </Button>
      </div>
    </form>
  );
}
