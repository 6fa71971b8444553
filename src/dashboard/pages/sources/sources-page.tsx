import { computed } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import type { Ledger, Project, RefusedKeys } from '../../api/types.ts';
import { Icon } from '../../components/icon.tsx';
import { Failure, Notice, Skeleton } from '../../components/states.tsx';
import { PHONE, useMedia } from '../../components/use-media.ts';
import { exact } from '../../lib/format.ts';
import { troubleOf } from '../../lib/journal-trouble.ts';
import type { Range } from '../../lib/range.ts';
import { ticking } from '../../state/clock.ts';
import { range, refresh, setRange } from '../../state/range.ts';
import { needsQuarantine } from './needs-quarantine.ts';
import { OutcomeChart } from './outcome-chart.tsx';
import { type Outcomes, outcomesOf } from './outcomes.ts';
import { Quarantine } from './quarantine.tsx';
import { seenText, sourceRows } from './rows.ts';
import { SettingsPanel } from './settings-panel.tsx';
import { SourceStats } from './source-stats.tsx';
import { SourceTable } from './source-table.tsx';
import { type Truth, truthOf } from './truth.ts';
import { TurnedAway } from './turned-away.tsx';
import { type Sources, useSources } from './use-sources.ts';

const CHART_PX = 160;
const PHONE_CHART_PX = 120;
const STEP_MS = 5_000;
/** What is said as "8 s ago" need not count every second, and a table of hundreds need not be drawn as often. */
const slowly = computed(() => Math.floor(ticking.value / STEP_MS) * STEP_MS);
const ICONS = { ok: 'check', warn: 'warn', bad: 'bad', info: 'info' } as const;

/** Whether data arrives, and if not, why not; and how to make each client send. */
export default function SourcesPage({ project }: { project: Project }) {
  const sources = useSources(project.id);
  const phone = useMedia(PHONE);
  const { current, shown } = sources;
  const nowMs = slowly.value;
  const outcomes = useOutcomes(shown.data, range.value);
  const nobody = sources.nobody?.data?.items ?? null;
  const truth = current.data ? truthOf(current.data, nobody, nowMs) : null;
  const first = truth?.kind === 'never';
  const settingsFirst = useFirst(isReady(sources) && truth ? first : null);
  if (current.error && current.data === null) {
    return <Failure top what="The sources could not be loaded" error={current.error} onRetry={current.reload} />;
  }
  if (current.data === null || settingsFirst === null) {
    return (
      <div class="page sources">
        <TruthBar truth={null} />
        <Skeleton rows={12} label="Loading sources" />
      </div>
    );
  }
  const keys = sources.keys?.data?.items ?? null;
  const trouble = troubleOf(current.data.journal);
  const rows = sourceRows(current.data, keys, nowMs);
  const settings = <SettingsPanel projectId={project.id} onKeyCreated={() => sources.keys?.reload()} />;
  const cardinality = sources.cardinality.data;
  return (
    <div class="page sources">
      <TruthBar truth={truth} />
      {current.error ? <Failure line what="Not updated" error={current.error} onRetry={refresh} /> : null}
      {trouble ? <Notice tone={trouble.tone}>{trouble.text}</Notice> : null}
      {settingsFirst ? settings : null}
      {first ? null : (
        <>
          <SourceStats outcomes={outcomes} current={current.data} nowMs={nowMs} />
          <section class="card panel" aria-label="Outcomes over time">
            <OutcomeChart
              outcomes={outcomes}
              heightPx={phone ? PHONE_CHART_PX : CHART_PX}
              onZoom={(fromMs, toMs) => setRange({ kind: 'fixed', fromMs, toMs })}
            />
          </section>
        </>
      )}
      {shown.error && shown !== current ? (
        <Failure line what="The chart could not be loaded" error={shown.error} onRetry={shown.reload} />
      ) : null}
      {rows.length === 0 ? null : (
        <section class="tab-section" aria-label="Keys and clients">
          <h2>Keys and clients</h2>
          <SourceTable rows={rows} more={current.data.moreSources} nowMs={nowMs} />
        </section>
      )}
      {first ? null : (
        <section class="tab-section" aria-label="Turned away">
          <h2>Rejected and refused</h2>
          {shown.data ? <TurnedAway ledger={shown.data} keys={keys} /> : <Skeleton rows={3} label="Loading reasons" />}
        </section>
      )}
      {nobody ? <Nobody items={nobody} nowMs={nowMs} /> : null}
      {cardinality && needsQuarantine(cardinality) ? <Quarantine cardinality={cardinality} nowMs={nowMs} /> : null}
      {settingsFirst ? null : settings}
    </div>
  );
}

/** All small answers are there or have failed: the page is drawn once, and nothing on it moves because another came. */
function isReady({ current, shown, keys, nobody, cardinality }: Sources): boolean {
  return [current, shown, keys, nobody, cardinality].every(
    (part) => !part || part.data !== null || part.error !== null,
  );
}

/** What was first known stays: the settings may hold a key that is shown this once, so they stay where they are. */
function useFirst(answer: boolean | null): boolean | null {
  const first = useRef<boolean | null>(null);
  first.current ??= answer;
  return first.current;
}

/** Kept until there is another answer or question: a chart is drawn anew for each. */
function useOutcomes(ledger: Ledger | null, chosen: Range): Outcomes | null {
  return useMemo(() => (ledger ? outcomesOf(ledger, chosen) : null), [ledger, chosen]);
}

function TruthBar({ truth }: { truth: Truth | null }) {
  const headline = truth?.headline;
  return (
    <header class={`headline headline-${headline?.tone ?? 'info'}`}>
      {headline ? <Icon name={ICONS[headline.tone]} /> : null}
      <div>
        <h1>{headline ? <bdi>{headline.text}</bdi> : 'Sources'}</h1>
        <p>{headline?.detail ?? '\u00a0'}</p>
      </div>
    </header>
  );
}

/** What no project can be blamed for, in the whole deployment. */
function Nobody({ items, nowMs }: { items: readonly RefusedKeys[]; nowMs: number }) {
  const requestsOf = (code: string) => items.find((item) => item.code === code)?.requests ?? 0;
  const [missing, invalid] = [requestsOf('key_missing'), requestsOf('key_invalid')];
  if (missing + invalid === 0) return null;
  const lastSeenAtMs = Math.max(...items.map((item) => item.lastSeenAtMs));
  return (
    <Notice tone="warn">
      Requests to this deployment that belong to no project: {exact(missing)} without a key, {exact(invalid)} with one
      that is not valid. The last came {seenText(lastSeenAtMs, nowMs)}.
    </Notice>
  );
}
