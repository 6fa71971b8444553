import type { AffectedUser, Breach } from '../../../../../wire/compliance.ts';
import { listAffected } from '../../../../api/breaches.ts';
import type { Answer } from '../../../../api/http.ts';
import type { List } from '../../../../api/types.ts';
import { Button } from '../../../../components/button.tsx';
import { Choice } from '../../../../components/choice.tsx';
import type { GridColumn } from '../../../../components/list-grid.tsx';
import { PagedList } from '../../../../components/paged-list.tsx';
import { Empty } from '../../../../components/states.tsx';
import { StatusDot } from '../../../../components/status-dot.tsx';
import { Time } from '../../../../components/time.tsx';
import { compact, exact } from '../../../../lib/format.ts';
import { param, setParams } from '../../../../state/route.ts';
import { usePaged } from '../../../../state/use-paged.ts';
import { TOLD_WORDS } from '../breach-words.ts';

const PAGE = 200;
const ROW_PX = { desk: 32, phone: 56 };
const STATES = Object.keys(TOLD_WORDS) as AffectedUser['state'][];

type Row = AffectedUser & { id: string };

const COLUMNS: readonly GridColumn<Row>[] = [
  {
    id: 'told',
    label: 'Told',
    title: ({ problem }) => problem ?? '',
    cell: ({ state }) => <StatusDot tone={TOLD_WORDS[state].tone}>{TOLD_WORDS[state].word}</StatusDot>,
  },
  { id: 'user', label: 'User', title: ({ userId }) => userId, cell: ({ userId }) => <bdi>{userId}</bdi> },
  {
    id: 'records',
    label: 'Records',
    numeric: true,
    title: ({ records }) => exact(records),
    cell: ({ records }) => compact(records),
  },
  { id: 'first', label: 'First', cell: ({ firstTs }) => <Time ms={firstTs} /> },
  { id: 'last', label: 'Last', cell: ({ lastTs }) => <Time ms={lastTs} /> },
  {
    id: 'receipt',
    label: 'Receipt',
    title: ({ deliveryId, problem }) => problem ?? deliveryId ?? '',
    cell: ({ atMs, problem }) =>
      problem !== null ? <bdi>{problem}</bdi> : atMs === null ? <span class="faint">–</span> : <Time ms={atMs} />,
  },
];

/** Everybody who is affected, with a receipt each. */
export function AffectedList({ breach: { id, affected } }: { breach: Breach }) {
  const state = STATES.find((name) => name === param('told')) ?? null;
  const paged = usePaged<Row, List<Row>>(
    JSON.stringify([id, state, affected.users]),
    (row) => row.id,
    (cursor, signal) => rowsOf(listAffected(id, state, { limit: PAGE, cursor }, signal)),
  );
  return (
    <section class="card list-card" aria-label="Users and receipts">
      <div class="list-filters">
        <Choice
          label="Told"
          value={state ?? ''}
          options={[['', 'Told or not'], ...STATES.map((name): [string, string] => [name, TOLD_WORDS[name].word])]}
          onChange={(next) => setParams({ told: next || null }, 'replace')}
        />
        <span class="grow" />
        <Button small kind="quiet" icon="refresh" label="Refresh" onClick={paged.reload} />
      </div>
      <PagedList
        what="users"
        label="Affected users"
        name="affected"
        columns={COLUMNS}
        rowPx={ROW_PX}
        rowClass={(row) => `affected-${TOLD_WORDS[row.state].tone}`}
        paged={paged}
        openId={null}
        onOpen={() => undefined}
        empty={
          <Empty title={state === null ? 'Nobody is affected as far as it is known' : 'Nobody is in this state'}>
            <p>{state === null ? 'Look them up by a search above.' : 'Choose another one.'}</p>
          </Empty>
        }
        drawer={null}
      />
    </section>
  );
}

/** A user id is one of its project. */
async function rowsOf(asked: Promise<Answer<List<AffectedUser>>>): Promise<Answer<List<Row>>> {
  const answer = await asked;
  if (!answer.ok) return answer;
  const { items, nextCursor } = answer.value;
  const rows = items.map((user) => ({ ...user, id: `${user.projectId} ${user.userId}` }));
  return { ...answer, value: { items: rows, nextCursor } };
}
