import { BREACH_STATES, type Breach } from '../../../../../wire/compliance.ts';
import { listBreaches } from '../../../../api/breaches.ts';
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
import { breachHeadline, STATE_WORDS } from '../breach-words.ts';
import { breachHref } from '../links.ts';
import { breachColumns } from './breach-columns.tsx';

const PAGE = 100;
const ROW_PX = { desk: 36, phone: 76 };
const EVERY = { project: null, state: null };

/** Breaches, the next clock to run out first. */
export function BreachList() {
  const state = BREACH_STATES.find((name) => name === param('state')) ?? null;
  const project = param('of') || null;
  const names = new Map(projects.value.map(({ id, name }) => [id, name]));
  const paged = usePaged<Breach, List<Breach>>(
    JSON.stringify([state, project]),
    ({ id }) => id,
    (cursor, signal) => listBreaches({ project, state }, { limit: PAGE, cursor }, signal),
  );
  // Whatever the filters: what must be done next is above them.
  const first = useResource('first', (signal) => listBreaches(EVERY, { limit: PAGE, cursor: null }, signal));
  const isNarrowed = state !== null || project !== null;
  const clear = () => setParams({ state: null, of: null });
  return (
    <>
      <div class="answer">
        <HeadlineText
          second
          headline={first.data && breachHeadline(first.data.items, first.data.nextCursor === null, ticking.value)}
          waiting="Breaches"
        />
        <div class="answer-actions">
          <Button kind="primary" icon="plus" onClick={() => go(breachHref('new'))}>
            New breach
          </Button>
        </div>
      </div>
      {first.error ? (
        <Failure line what="The next clock is not known now" error={first.error} onRetry={first.reload} />
      ) : null}
      <section class="card list-card" aria-label="Breaches">
        <div class="list-filters">
          <Choice
            label="State"
            value={state ?? ''}
            options={[
              ['', 'Any state'],
              ...BREACH_STATES.map((name): [string, string] => [name, STATE_WORDS[name].word]),
            ]}
            onChange={(next) => setParams({ state: next || null })}
          />
          <Choice
            label="Project"
            value={project ?? ''}
            options={[['', 'Any project'], ...names]}
            onChange={(next) => setParams({ of: next || null })}
          />
          {isNarrowed ? (
            <Button small kind="quiet" icon="close" onClick={clear}>
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
              first.reload();
            }}
          />
        </div>
        <PagedList
          what="breaches"
          label="Breaches, the next clock to run out first"
          name="breach"
          columns={breachColumns(names)}
          rowPx={ROW_PX}
          rowClass={(row) => `breach-${row.state}`}
          paged={paged}
          openId={null}
          onOpen={({ id }) => go(breachHref(id))}
          empty={
            isNarrowed ? (
              <Empty title="No breach has what the filters ask for">
                <Button onClick={clear}>Show all breaches</Button>
              </Empty>
            ) : (
              <Empty icon="compliance" title="No breach is in the register">
                <p>
                  Enter one as soon as somebody knows of it. The clocks of each law that applies run from then,
                  operators are told before they run out, and those affected are found by a search and told one by one.
                </p>
                <Button kind="primary" icon="plus" onClick={() => go(breachHref('new'))}>
                  New breach
                </Button>
              </Empty>
            )
          }
          drawer={null}
        />
      </section>
    </>
  );
}
