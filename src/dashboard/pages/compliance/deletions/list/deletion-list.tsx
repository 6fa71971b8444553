import { DELETION_STATES, type DeletionRequest, type DeletionState } from '../../../../../wire/compliance.ts';
import { listDeletions } from '../../../../api/deletions.ts';
import type { Answer } from '../../../../api/http.ts';
import type { List } from '../../../../api/types.ts';
import { Button } from '../../../../components/button.tsx';
import { Choice } from '../../../../components/choice.tsx';
import { HeadlineText } from '../../../../components/headline-text.tsx';
import { PagedList } from '../../../../components/paged-list.tsx';
import { Empty, Failure } from '../../../../components/states.tsx';
import { ticking } from '../../../../state/clock.ts';
import { projects } from '../../../../state/projects.ts';
import { go, param, setParams } from '../../../../state/route.ts';
import { usePaged } from '../../../../state/use-paged.ts';
import { useResource } from '../../../../state/use-resource.ts';
import { deletionHeadline, STATE_WORDS } from '../deletion-words.ts';
import { deletionHref } from '../links.ts';
import { deletionColumns } from './deletion-columns.tsx';

const PAGE = 100;
/** What the server gives at once. */
const MOST = 200;
const ROW_PX = { desk: 36, phone: 76 };
const NOT_DONE = ['grace', 'due', 'running'] as const;

/** Requests for deletion, the newest first, under the nearest deadline of what is not done. */
export function DeletionList() {
  const state = DELETION_STATES.find((name) => name === param('state')) ?? null;
  const project = param('of') || null;
  const names = new Map(projects.value.map(({ id, name }) => [id, name]));
  const paged = usePaged<DeletionRequest, List<DeletionRequest>>(
    JSON.stringify([state, project]),
    ({ id }) => id,
    (cursor, signal) => listDeletions({ project, state }, { limit: PAGE, cursor }, signal),
  );
  const open = useResource('open', listOpen);
  const isNarrowed = state !== null || project !== null;
  return (
    <>
      <div class="answer">
        <HeadlineText
          second
          headline={open.data && deletionHeadline(open.data.items, open.data.nextCursor === null, ticking.value)}
          waiting="Requests for deletion"
        />
        <div class="answer-actions">
          <Button kind="primary" icon="plus" onClick={() => go(deletionHref('new'))}>
            New request
          </Button>
        </div>
      </div>
      {open.error ? (
        <Failure line what="The nearest deadline is not known now" error={open.error} onRetry={open.reload} />
      ) : null}
      <section class="card list-card" aria-label="Requests for deletion">
        <div class="list-filters">
          <Choice
            label="State"
            value={state ?? ''}
            options={[['', 'Any state'], ...DELETION_STATES.map((name): [string, string] => [name, STATE_WORDS[name]])]}
            onChange={(next) => setParams({ state: next || null })}
          />
          <Choice
            label="Project"
            value={project ?? ''}
            options={[['', 'Any project'], ...names]}
            onChange={(next) => setParams({ of: next || null })}
          />
          {isNarrowed ? (
            <Button small kind="quiet" icon="close" onClick={() => setParams({ state: null, of: null })}>
              Clear
            </Button>
          ) : null}
          <span class="grow" />
          <Button
            small
            kind="quiet"
            icon="refresh"
            label="Refresh"
            onClick={() => {
              paged.reload();
              open.reload();
            }}
          />
        </div>
        <PagedList
          what="requests"
          label="Requests for deletion, the newest first"
          name="deletion"
          columns={deletionColumns(names)}
          rowPx={ROW_PX}
          rowClass={(row) => `deletion-${row.problem === null ? row.state : 'failing'}`}
          paged={paged}
          openId={null}
          onOpen={({ id }) => go(deletionHref(id))}
          empty={<NoDeletions state={state} isNarrowed={isNarrowed} />}
          drawer={null}
        />
      </section>
    </>
  );
}

function NoDeletions({ state, isNarrowed }: { state: DeletionState | null; isNarrowed: boolean }) {
  if (isNarrowed) {
    return (
      <Empty title={state === null ? 'No request of this project' : `No request is “${STATE_WORDS[state]}”`}>
        <Button onClick={() => setParams({ state: null, of: null })}>Show all requests</Button>
      </Empty>
    );
  }
  return (
    <Empty icon="compliance" title="Nobody has asked to be forgotten">
      <p>
        Enter a request when somebody asks. It waits for its grace period, in which it can be cancelled and parts can be
        held; then everything that names the person is erased, also from archives, and a receipt says what is gone from
        where.
      </p>
      <Button kind="primary" icon="plus" onClick={() => go(deletionHref('new'))}>
        New request
      </Button>
    </Empty>
  );
}

/** Those that are not done, of every state; with a cursor where there are more. */
async function listOpen(signal: AbortSignal): Promise<Answer<List<DeletionRequest>>> {
  const answers = await Promise.all(
    NOT_DONE.map((state) => listDeletions({ project: null, state }, { limit: MOST, cursor: null }, signal)),
  );
  const items: DeletionRequest[] = [];
  let more: string | null = null;
  for (const answer of answers) {
    if (!answer.ok) return answer;
    items.push(...answer.value.items);
    more ??= answer.value.nextCursor;
  }
  return { ok: true, value: { items, nextCursor: more }, headers: new Headers() };
}
