import { useState } from 'preact/hooks';
import type { DeletionHold, DeletionRequest } from '../../../../../wire/compliance.ts';
import { addDeletionHold, releaseDeletionHold } from '../../../../api/deletions.ts';
import { Button } from '../../../../components/button.tsx';
import { ConfirmByName } from '../../../../components/confirm-by-name.tsx';
import { FormDialog } from '../../../../components/form-dialog.tsx';
import { Time } from '../../../../components/time.tsx';
import { say } from '../../../../state/toasts.ts';
import { CATEGORY_WORDS, personWords } from '../deletion-words.ts';
import { type HoldDraft, HoldFields, holdOf, NO_HOLD } from '../form/hold-fields.tsx';

/** What of the person stays for a reason, such as what a court asks for. */
export function HoldsCard({ request, onChanged }: { request: DeletionRequest; onChanged: () => void }) {
  const { id, holds, state } = request;
  const [draft, setDraft] = useState<HoldDraft | null>(null);
  const [releasing, setReleasing] = useState<DeletionHold | null>(null);
  const mayAdd = state === 'grace' || state === 'due';
  const done = (words: string) => {
    setDraft(null);
    setReleasing(null);
    say(words);
    onChanged();
  };
  return (
    <section class="card detail-card" aria-label="Holds">
      <header class="detail-card-head">
        <h2 class="grow">Held back</h2>
        {mayAdd ? (
          <Button small icon="plus" onClick={() => setDraft(NO_HOLD)}>
            Hold a part
          </Button>
        ) : null}
      </header>
      {holds.length === 0 ? (
        <p class="faint">Nothing: all that names the person {state === 'done' ? 'was' : 'is'} erased.</p>
      ) : (
        <ul class="deletion-holds">
          {holds.map((hold) => (
            <li key={hold.id} class={hold.releasedAtMs === null ? '' : 'faint'}>
              <span class="deletion-hold">
                <strong>
                  {CATEGORY_WORDS[hold.category]}
                  {hold.stream === null ? '' : `, ${hold.stream}`}
                </strong>
                <bdi>{hold.reason}</bdi>
                <span class="faint">
                  <bdi>{hold.byName}</bdi>, <Time ms={hold.atMs} />
                  {hold.releasedAtMs === null ? null : (
                    <>
                      ; released <Time ms={hold.releasedAtMs} />
                    </>
                  )}
                </span>
              </span>
              {hold.releasedAtMs === null && state !== 'cancelled' ? (
                <Button small kind="danger" onClick={() => setReleasing(hold)}>
                  Release
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {draft ? (
        <FormDialog
          title="Hold a part back"
          action="Hold"
          ready={draft.reason.trim() !== ''}
          submit={() => addDeletionHold(id, holdOf(draft))}
          onDone={() => done('The part is held')}
          onClose={() => setDraft(null)}
        >
          {() => (
            <>
              <p>It stays when the rest is erased, until the hold is released. The receipt names it and its reason.</p>
              <HoldFields draft={draft} onChange={setDraft} />
            </>
          )}
        </FormDialog>
      ) : null}
      {releasing ? (
        <ConfirmByName
          title="Release the hold"
          name={personWords(request)}
          action="Release"
          submit={() => releaseDeletionHold(id, releasing.id)}
          onDone={() => done('The hold is released')}
          onClose={() => setReleasing(null)}
        >
          {CATEGORY_WORDS[releasing.category]} of this person {state === 'done' ? 'will be' : 'are'} erased with the
          rest. The reason of the hold was: <bdi>{releasing.reason}</bdi>
        </ConfirmByName>
      ) : null}
    </section>
  );
}
