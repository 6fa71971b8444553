import { useMemo, useState } from 'preact/hooks';
import type { Firing } from '../../../../wire/alerts.ts';
import { type ListedRule, listRules } from '../../../api/alerts.ts';
import type { Project } from '../../../api/types.ts';
import { Button } from '../../../components/button.tsx';
import { HeadlineText } from '../../../components/headline-text.tsx';
import { Failure, Notice, Skeleton } from '../../../components/states.tsx';
import { duration, plural } from '../../../lib/format.ts';
import { ticking } from '../../../state/clock.ts';
import { span } from '../../../state/range.ts';
import { mayDecide } from '../../../state/roles.ts';
import { param, setParams } from '../../../state/route.ts';
import { useResource } from '../../../state/use-resource.ts';
import { useShortcuts } from '../../../state/use-shortcuts.ts';
import { AlertsFirstUse } from '../first-use.tsx';
import { useFirstUse } from '../use-first-use.ts';
import { acknowledger } from './acknowledging.ts';
import { FiringDrawer } from './firing-drawer.tsx';
import { FiringGrid } from './firing-grid.tsx';
import { headlineOf } from './firing-headline.ts';
import { heldCount } from './firing-list.ts';
import { FiringFilter, NothingFired } from './nothing-fired.tsx';
import { SilenceDialog } from './silence-dialog.tsx';
import { customSilence } from './silence-menu.tsx';
import { Silences } from './silences.tsx';
import { useFirings } from './use-firings.ts';
import { useOpenFiring } from './use-open-firing.ts';
import { useSilencing } from './use-silencing.ts';

/** What is wrong, since when and for whom; what was; and what nobody is told of. */
export function FiringTab({ project }: { project: Project }) {
  const rule = param('rule') || null;
  const rules = useResource(project.id, (signal) => listRules(project.id, signal));
  const firings = useFirings(project.id, rule, span.value);
  const silencing = useSilencing(project.id, firings.reload);
  const byId = useMemo(() => new Map((rules.data?.items ?? []).map((item) => [item.id, item])), [rules.data]);
  const { list, error, loading, lostSinceMs } = firings;
  const rows = list?.rows ?? [];
  const first = useFirstUse(rules.data === null || list === null ? null : rules.data.items.length + rows.length === 0);
  if (first.isFirst) {
    return (
      <AlertsFirstUse
        project={project.id}
        onEnd={() => {
          first.end();
          rules.reload();
          firings.reload();
        }}
      />
    );
  }
  const isWaiting = list === null || rules.loading;
  const headline =
    list === null || (rules.data === null && isWaiting)
      ? null
      : headlineOf(
          { rows: list.next ?? rows, hasMore: firings.hasMore, rules: rules.data?.items ?? null },
          ticking.value,
        );
  return (
    <>
      <HeadlineText second headline={headline} waiting="Alerts" stale={lostSinceMs !== null} />
      {lostSinceMs !== null && list !== null ? (
        <Notice
          tone="warn"
          action={
            <Button small icon="refresh" onClick={firings.reload}>
              Try again
            </Button>
          }
        >
          Not up to date: the server has not answered for {duration(ticking.value - lostSinceMs)}. Trying again.
        </Notice>
      ) : null}
      {rules.error ? (
        <Failure line what="The rules could not be loaded" error={rules.error} onRetry={rules.reload} />
      ) : null}
      <section class="card list-card alerts-list" aria-label="Alerts">
        {rule === null ? null : <FiringFilter rule={byId.get(rule) ?? null} id={rule} />}
        <div class="logs-body">
          <div class={`results${lostSinceMs === null ? '' : ' is-stale'}`} aria-busy={loading}>
            {list === null ? (
              error ? (
                <Failure what="What fires could not be loaded" error={error} onRetry={firings.reload} />
              ) : (
                <Skeleton rows={14} label="Loading alerts" />
              )
            ) : rows.length === 0 ? (
              <NothingFired rules={rules.data?.items ?? null} />
            ) : (
              <List firings={firings} rows={rows} rules={byId} />
            )}
            <Held firings={firings} />
          </div>
          <OpenOne project={project.id} firings={firings} rules={byId} silencing={silencing} />
        </div>
      </section>
      <Silences silencing={silencing} rules={byId} />
      {silencing.draft ? <SilenceDialog draft={silencing.draft} rules={byId} silencing={silencing} /> : null}
    </>
  );
}

type Rules = ReadonlyMap<string, ListedRule>;
type Firings = ReturnType<typeof useFirings>;

const openFiring = ({ id }: Firing) => setParams({ firing: id }, param('firing') === '' ? 'push' : 'replace');

function List({ firings, rows, rules }: { firings: Firings; rows: readonly Firing[]; rules: Rules }) {
  return (
    <FiringGrid
      rows={rows}
      rules={rules}
      openId={param('firing') || null}
      onOpen={openFiring}
      onReading={firings.setReading}
      onEnd={firings.more}
      hasMore={firings.hasMore}
    />
  );
}

/** What came while the reader looked at a row. */
function Held({ firings }: { firings: Firings }) {
  const { list } = firings;
  if (list === null || list.next === null) return null;
  const count = heldCount(list);
  return (
    <div class="held" role="status">
      {count === 0 ? 'The list has changed' : plural(count, 'new alert')}
      <Button small kind="primary" onClick={firings.showHeld}>
        Show
      </Button>
    </div>
  );
}

interface OpenOneProps {
  project: string;
  firings: Firings;
  rules: Rules;
  silencing: ReturnType<typeof useSilencing>;
}

/** The drawer, and the keys that act on what is in it. */
function OpenOne({ project, firings, rules, silencing }: OpenOneProps) {
  /** How often it was asked for on the alert that is open: the next one does not ask by itself. */
  const [asked, setAsked] = useState({ id: '', times: 0 });
  const open = useOpenFiring(project, firings.list?.rows ?? null);
  const firing = open?.kind === 'open' && open.firing.state !== 'resolved' ? open.firing : null;
  const acknowledge = acknowledger(project, firings.change);
  useShortcuts(
    mayDecide.value
      ? [
          {
            keys: 'a',
            label: 'Acknowledge with a note',
            group: 'Lists',
            run: () => firing && setAsked(({ times }) => ({ id: firing.id, times: times + 1 })),
          },
          {
            keys: 's',
            label: 'Silence',
            group: 'Lists',
            run: () => firing && silencing.setDraft(customSilence(firing)),
          },
        ]
      : [],
  );
  if (open === null) return null;
  return (
    <FiringDrawer
      open={open}
      rule={open.kind === 'open' ? (rules.get(open.firing.ruleId) ?? null) : null}
      silencing={silencing}
      noteAsked={open.kind === 'open' && open.firing.id === asked.id ? asked.times : 0}
      onAcknowledge={(of, note) => void acknowledge(of, note)}
    />
  );
}
