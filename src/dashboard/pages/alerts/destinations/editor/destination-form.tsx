import { useState } from 'preact/hooks';
import type { Destination, DestinationWithSecret } from '../../../../../wire/delivery.ts';
import { changeDestination, createDestination, getDestination } from '../../../../api/destinations.ts';
import type { ApiError } from '../../../../api/http.ts';
import { Button } from '../../../../components/button.tsx';
import { Overtaken } from '../../../../components/overtaken.tsx';
import { Failure, Notice } from '../../../../components/states.tsx';
import { NARROW, useMedia } from '../../../../components/use-media.ts';
import { isPlaced } from '../../../../lib/errors.ts';
import { go } from '../../../../state/route.ts';
import { say } from '../../../../state/toasts.ts';
import { destinationHref } from '../links.ts';
import { SecretDialog } from '../secret-dialog.tsx';
import { BasicFields } from './basic-fields.tsx';
import { BodyPreview } from './body-preview.tsx';
import { BreakerFields } from './breaker-fields.tsx';
import { changeOf, type Draft, draftOf, inputOf, isReady, rebased } from './draft.ts';
import { HeaderFields } from './header-fields.tsx';
import { SendingFields } from './sending-fields.tsx';
import { TemplateField } from './template-field.tsx';
import { usePreview } from './use-preview.ts';

interface FormProps {
  project: string;
  /** null makes a new one. */
  current: Destination | null;
  draft: Draft;
}

/** Of these the reasons stand beside their fields. */
const PLACES = ['/name', '/kind', '/url', '/headers', '/template', '/timeoutMs', '/maxPerSecond', '/breaker'];

export function DestinationForm({ project, current, draft: first }: FormProps) {
  const [base, setBase] = useState({ draft: first, version: current?.version ?? 0 });
  const [draft, setDraft] = useState(first);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [made, setMade] = useState<DestinationWithSecret | null>(null);
  const change = (next: Partial<Draft>) => setDraft((before) => ({ ...before, ...next }));
  const changes = Object.keys(changeOf(base.draft, draft)).length;
  const save = async () => {
    if (busy || !isReady(draft)) return;
    setBusy(true);
    setError(null);
    if (current === null) {
      const answer = await createDestination(project, inputOf(draft));
      setBusy(false);
      if (answer.ok) setMade(answer.value);
      else setError(answer.error);
      return;
    }
    const sent = { ...changeOf(base.draft, draft), version: base.version };
    const answer = await changeDestination(project, current.id, sent);
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    say(`Saved ${answer.value.name}`);
    go(destinationHref(current.id));
  };
  /** The newest settings with the changes of this form made to them. */
  const takeOver = async (id: string) => {
    const answer = await getDestination(project, id, new AbortController().signal);
    if (!answer.ok) return setError(answer.error);
    const theirs = draftOf(answer.value);
    setDraft(rebased(base.draft, draft, theirs));
    setBase({ draft: theirs, version: answer.value.version });
    setError(null);
  };
  const isOvertaken = error?.kind === 'problem' && error.code === 'destination_changed';
  const narrow = useMedia(NARROW);
  const preview = usePreview(project, draft.kind, draft.template);
  const parts = { draft, change, error };
  return (
    <form
      class="destination-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="detail-column">
        <BasicFields {...parts} isNew={current === null} />
        <TemplateField {...parts} preview={preview} />
        {narrow ? <BodyPreview preview={preview} /> : null}
        <HeaderFields {...parts} />
        <SendingFields {...parts} />
        <BreakerFields {...parts} />
        {isOvertaken && current ? (
          <Overtaken what="it" onTakeOver={() => void takeOver(current.id)} />
        ) : error && !isPlaced(error, PLACES) ? (
          <Failure line what="Not saved" error={error} onRetry={() => void save()} />
        ) : error ? (
          <Notice tone="bad">Not saved: see the fields above.</Notice>
        ) : null}
        <div class="dialog-actions">
          <Button onClick={() => go(destinationHref(current?.id ?? ''))}>Cancel</Button>
          <Button
            type="submit"
            kind="primary"
            busy={busy}
            disabled={!isReady(draft) || (current !== null && changes === 0)}
          >
            {current === null ? 'Add destination' : 'Save'}
          </Button>
        </div>
      </div>
      {narrow ? null : <BodyPreview preview={preview} />}
      {made ? <SecretDialog made={made} onClose={() => go(destinationHref(made.id))} /> : null}
    </form>
  );
}
