import { useState } from 'preact/hooks';
import type { Regime } from '../../../../../wire/compliance.ts';
import type { ApiError } from '../../../../api/http.ts';
import { saveRegime } from '../../../../api/regimes.ts';
import { Button } from '../../../../components/button.tsx';
import { TextField } from '../../../../components/field.tsx';
import { Overtaken } from '../../../../components/overtaken.tsx';
import { Notice } from '../../../../components/states.tsx';
import { fieldReason, isPlaced, sentence } from '../../../../lib/errors.ts';
import { go } from '../../../../state/route.ts';
import { say } from '../../../../state/toasts.ts';
import { regimeHref } from '../links.ts';
import { draftOf, freeId, inputOf, NAME, nameFrom, type RegimeDraft } from './draft.ts';
import { DutyFields } from './duty-fields.tsx';
import { PeriodField } from './period-field.tsx';
import { SectionFields } from './section-fields.tsx';

interface RegimeFormProps {
  /** What is changed, or what a new one begins as. It may become a newer one under the form: what was typed stays. */
  from: Regime | null;
  isNew: boolean;
  /** Those that a new one may not have. */
  ids: readonly string[];
  /** What was changed meanwhile is on its way. */
  rereading: boolean;
  onReread: () => void;
}

const PLACES = ['/id', '/name', '/timeZone', '/source', '/erasureWithin'];
const DUTY_PLACES = ['label', 'within', 'remindBeforeMs', 'source'];

/** A law of one's own: its clocks, and what its report says. */
export function RegimeForm({ from, isNew, ids, rereading, onReread }: RegimeFormProps) {
  const [draft, setDraft] = useState<RegimeDraft>(() => draftOf(from, isNew));
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<RegimeDraft>) => setDraft((before) => ({ ...before, ...change }));
  const id = isNew ? draft.id || freeId(nameFrom(draft.name), new Set(ids)) : draft.id;
  const input = inputOf({ ...draft, id }, isNew ? 0 : (from?.version ?? 0));
  const isTaken = ids.includes(id);
  const isOvertaken = !isNew && error?.kind === 'problem' && error.status === 409;
  const places = [
    ...PLACES,
    ...draft.duties.flatMap((_, i) => DUTY_PLACES.map((name) => `/breachDuties/${i}/${name}`)),
  ];
  const submit = async (event: Event) => {
    event.preventDefault();
    if (input === null || isTaken || busy || rereading) return;
    setBusy(true);
    const answer = await saveRegime(id, input);
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    say(
      isNew
        ? 'The law is there: breaches and requests can come under it'
        : 'Saved, for what comes under it from now on',
    );
    onReread();
    go(regimeHref(''), 'replace');
  };
  return (
    <form class="deletion-form" onSubmit={(event) => void submit(event)}>
      <h2>{isNew ? 'New law' : 'Edit the law'}</h2>
      {isOvertaken ? (
        <Overtaken
          what="the law"
          onTakeOver={() => {
            setError(null);
            onReread();
          }}
        />
      ) : error && !isPlaced(error, places) ? (
        <Notice tone="bad">{sentence(error)}</Notice>
      ) : null}
      <fieldset class="fieldset deletion-part">
        <legend>Which</legend>
        <TextField
          label="Name"
          value={draft.name}
          placeholder="LGPD"
          error={fieldReason(error, '/name')}
          onInput={(name) => set({ name })}
        />
        {isNew ? (
          <TextField
            label="Id"
            value={id}
            hint="In the addresses of clocks; fixed once it is saved."
            error={
              isTaken
                ? 'There is one with this id.'
                : id !== '' && !NAME.test(id)
                  ? 'Small letters, digits and _, at most 32, a letter first.'
                  : fieldReason(error, '/id')
            }
            onInput={(typed) => set({ id: typed })}
          />
        ) : null}
        <TextField
          label="Time zone"
          value={draft.timeZone}
          hint="Of the IANA database, such as Europe/Paris. Days and months end by its clock."
          error={fieldReason(error, '/timeZone')}
          onInput={(timeZone) => set({ timeZone })}
        />
        <TextField
          label="Source"
          value={draft.source}
          placeholder="Lei 13.709/2018, Art. 18, 48"
          error={fieldReason(error, '/source')}
          onInput={(source) => set({ source })}
        />
        <PeriodField
          label="Requests for deletion, within"
          value={draft.erasureWithin}
          error={fieldReason(error, '/erasureWithin')}
          onInput={(erasureWithin) => set({ erasureWithin })}
        />
      </fieldset>
      <DutyFields duties={draft.duties} error={error} onChange={(duties) => set({ duties })} />
      <SectionFields sections={draft.sections} onChange={(sections) => set({ sections })} />
      <p class="faint">Open breaches and requests keep the clocks that they came under; every version is kept.</p>
      <div class="dialog-actions">
        <Button onClick={() => go(regimeHref(''))}>Cancel</Button>
        <Button type="submit" kind="primary" busy={busy || rereading} disabled={input === null || isTaken}>
          {isNew ? 'Add the law' : 'Save'}
        </Button>
      </div>
    </form>
  );
}
