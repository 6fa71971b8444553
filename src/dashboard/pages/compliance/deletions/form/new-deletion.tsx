import { useState } from 'preact/hooks';
import type { Regime } from '../../../../../wire/compliance.ts';
import { createDeletion } from '../../../../api/deletions.ts';
import type { ApiError } from '../../../../api/http.ts';
import { listRegimes } from '../../../../api/regimes.ts';
import { Button } from '../../../../components/button.tsx';
import { Field, TextField } from '../../../../components/field.tsx';
import { Icon } from '../../../../components/icon.tsx';
import { Link } from '../../../../components/link.tsx';
import { NumberField } from '../../../../components/number-field.tsx';
import { Failure, Notice } from '../../../../components/states.tsx';
import { TextArea } from '../../../../components/text-area.tsx';
import { TimeField } from '../../../../components/time-field.tsx';
import { fieldReason, isPlaced, sentence } from '../../../../lib/errors.ts';
import { now } from '../../../../state/clock.ts';
import { project, projects } from '../../../../state/projects.ts';
import { go } from '../../../../state/route.ts';
import { say } from '../../../../state/toasts.ts';
import { useResource } from '../../../../state/use-resource.ts';
import { periodWords } from '../../regimes/regime-words.ts';
import { deletionHref } from '../links.ts';
import {
  DEFAULT_GRACE_DAYS,
  type DeletionDraft,
  inputOf,
  MAX_GRACE_DAYS,
  MIN_IDENTIFIER_CHARS,
  shortIdentifier,
} from './draft.ts';
import { HoldFields, NO_HOLD } from './hold-fields.tsx';

const PLACES = ['/projectId', '/identity', '/regimeId', '/receivedAtMs', '/graceDays', '/contact', '/holds'];

/** Enters what somebody asked for: who, by which law, since when, and what must be held back. */
export function NewDeletion() {
  const regimes = useResource('regimes', listRegimes);
  const [typed, setDraft] = useState<DeletionDraft>(() => ({
    ...{ projectId: '', regimeId: 'gdpr', userIds: '', sessionIds: '', identifiers: '' },
    ...{ receivedAtMs: now(), graceDays: DEFAULT_GRACE_DAYS, contact: '', holds: [] },
  }));
  // Until another is chosen, the one of the top bar, which may be known later than this form.
  const draft = { ...typed, projectId: typed.projectId || (project.value?.id ?? '') };
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<DeletionDraft>) => setDraft((before) => ({ ...before, ...change }));
  const input = inputOf(draft);
  const short = shortIdentifier(draft);
  const regime = regimes.data?.items.find(({ id }) => id === draft.regimeId);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (input === null || busy) return;
    setBusy(true);
    const answer = await createDeletion(input);
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    say('The request is entered');
    go(deletionHref(answer.value.id), 'replace');
  };
  return (
    <>
      <Link class="back-link" href={deletionHref('')}>
        <Icon name="back" />
        <span>All requests</span>
      </Link>
      <form class="deletion-form" onSubmit={(event) => void submit(event)}>
        <h2>New request for deletion</h2>
        {error && !isPlaced(error, PLACES) ? <Notice tone="bad">{sentence(error)}</Notice> : null}
        {regimes.error ? (
          <Failure line what="The laws could not be loaded" error={regimes.error} onRetry={regimes.reload} />
        ) : null}
        <Who draft={draft} short={short} error={error} set={set} />
        <fieldset class="fieldset deletion-part">
          <legend>When</legend>
          <Law draft={draft} regimes={regimes.data?.items ?? []} error={error} set={set} />
          <TimeField
            label="Received"
            ms={draft.receivedAtMs}
            hint="The law's time runs from here."
            error={fieldReason(error, '/receivedAtMs')}
            onInput={(receivedAtMs) => set({ receivedAtMs })}
          />
          <NumberField
            label="Grace period"
            unit="days"
            min={0}
            max={MAX_GRACE_DAYS}
            value={draft.graceDays}
            hint="In which it can be cancelled. It ends earlier where the law's time does."
            error={fieldReason(error, '/graceDays')}
            onInput={(graceDays) => set({ graceDays })}
          />
        </fieldset>
        <Holds draft={draft} error={error} set={set} />
        <p class="faint" role="status">
          {draft.graceDays > 0
            ? `Nothing is erased for ${draft.graceDays} days from now`
            : 'It is erased with the next run'}
          {regime
            ? `, unless the law's ${periodWords(regime.erasureWithin)} from its receipt would pass before (${regime.source}).`
            : '.'}
        </p>
        <div class="dialog-actions">
          <Button onClick={() => go(deletionHref(''))}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={input === null}>
            Enter the request
          </Button>
        </div>
      </form>
    </>
  );
}

interface PartProps {
  draft: DeletionDraft;
  error: ApiError | null;
  set: (change: Partial<DeletionDraft>) => void;
}

function Who({ draft, short, error, set }: PartProps & { short: string | null }) {
  return (
    <fieldset class="fieldset deletion-part">
      <legend>Who</legend>
      <Field label="Project" error={fieldReason(error, '/projectId')}>
        {(ids) => (
          <select
            {...ids}
            class="select"
            value={draft.projectId}
            onChange={(event) => set({ projectId: event.currentTarget.value })}
          >
            {draft.projectId === '' ? <option value="">Choose a project</option> : null}
            {projects.value.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <TextField
        label="Asked by (optional)"
        value={draft.contact}
        placeholder="maria@example.com, by mail"
        error={fieldReason(error, '/contact')}
        onInput={(contact) => set({ contact })}
      />
      <TextArea
        label="User ids"
        rows={3}
        value={draft.userIds}
        hint="One a line, as in the field userId of records."
        error={fieldReason(error, '/identity/userIds')}
        onInput={(userIds) => set({ userIds })}
      />
      <TextArea
        label="Sessions"
        rows={3}
        value={draft.sessionIds}
        hint="One a line, as in the field sessionId."
        error={fieldReason(error, '/identity/sessionIds')}
        onInput={(sessionIds) => set({ sessionIds })}
      />
      <TextArea
        label="Identifiers"
        rows={3}
        value={draft.identifiers}
        hint={`One a line: e-mail addresses, phone numbers. Looked for as whole words, in at least ${MIN_IDENTIFIER_CHARS} characters.`}
        error={
          short === null
            ? (fieldReason(error, '/identity/identifiers') ?? fieldReason(error, '/identity'))
            : `“${short}” is shorter than ${MIN_IDENTIFIER_CHARS} characters: it would be found in other people's records.`
        }
        onInput={(identifiers) => set({ identifiers })}
      />
    </fieldset>
  );
}

function Law({ draft, regimes, error, set }: PartProps & { regimes: readonly Regime[] }) {
  const isListed = regimes.some(({ id }) => id === draft.regimeId);
  return (
    <Field label="Law" error={fieldReason(error, '/regimeId')}>
      {(ids) => (
        <select
          {...ids}
          class="select"
          value={draft.regimeId}
          onChange={(event) => set({ regimeId: event.currentTarget.value })}
        >
          {isListed ? null : <option value={draft.regimeId}>{draft.regimeId}</option>}
          {regimes.map(({ id, name, erasureWithin }) => (
            <option key={id} value={id}>
              {`${name}, within ${periodWords(erasureWithin)}`}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Holds({ draft: { holds }, error, set }: PartProps) {
  const change = (at: number, hold: (typeof holds)[number] | null) =>
    set({ holds: hold === null ? holds.filter((_, i) => i !== at) : holds.map((one, i) => (i === at ? hold : one)) });
  return (
    <fieldset class="fieldset">
      <legend>Held back</legend>
      {holds.map((hold, i) => (
        <div key={i} class="deletion-part deletion-hold-draft">
          <HoldFields draft={hold} error={fieldReason(error, `/holds/${i}`)} onChange={(next) => change(i, next)} />
          <Button small kind="quiet" icon="close" label="Do not hold this part" onClick={() => change(i, null)} />
        </div>
      ))}
      <Button small icon="plus" onClick={() => set({ holds: [...holds, NO_HOLD] })}>
        Hold a part back
      </Button>
    </fieldset>
  );
}
