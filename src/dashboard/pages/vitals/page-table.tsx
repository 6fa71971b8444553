import { useEffect, useMemo, useState } from 'preact/hooks';
import { VITALS, type VitalName, type VitalsPages } from '../../../wire/vitals.ts';
import type { VitalsQuestion } from '../../api/vitals.ts';
import { Button } from '../../components/button.tsx';
import { ExportMenu } from '../../components/chart/export-menu.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { RatingMark, RatingWord, ShareBar } from '../../components/rating.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import { compact, exact, percent } from '../../lib/format.ts';
import { exactly, inUnit } from '../../lib/units.ts';
import { setParams } from '../../state/route.ts';
import { ScopeLine } from './scope-note.tsx';
import { usePages } from './use-vitals.ts';
import { SORTS, type View } from './view.ts';
import { unitOf } from './words.ts';

type Row = VitalsPages['items'][number];

const ROWS = 10;

interface PageTableProps {
  question: VitalsQuestion;
  view: View;
}

/** Where: pages by the chosen vital. Choosing one narrows all of the page to it. */
export function PageTable({ question, view }: PageTableProps) {
  const { vital, sort, find } = view;
  const [answers, setAnswers] = useState(1);
  const key = JSON.stringify([question, vital, sort]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question begins with its first answer.
  useEffect(() => setAnswers(1), [key]);
  const { data, error, loading, reload } = usePages(question, view, answers);
  const columns = useMemo(() => columnsOf(vital), [vital]);
  const wanted = find.trim().toLowerCase();
  const rows = data?.items.filter(({ page }) => page.toLowerCase().includes(wanted)) ?? [];
  const title = `${vital} by page`;
  return (
    <section class="card vitals-pages" aria-label="Pages">
      <header class="card-head vitals-head">
        <h2>Pages</h2>
        <FindPage value={find} />
        <span class="grow" />
        <ExportMenu title={title} rows={rows.length > 0 ? () => rowsOf(vital, rows) : null} />
      </header>
      {error ? (
        <Failure line={data !== null} what={data ? 'Not updated' : 'Not loaded'} error={error} onRetry={reload} />
      ) : null}
      {!data && loading ? <Skeleton rows={ROWS} label="Loading pages" /> : null}
      {data && rows.length === 0 ? (
        <p class="vitals-none faint">
          {data.items.length === 0
            ? `No ${vital} was measured in this time.`
            : `None of the ${exact(data.items.length)} pages ${data.nextCursor === null ? '' : 'that are loaded '}has this in its name.`}
        </p>
      ) : null}
      {rows.length > 0 ? (
        <div class={loading ? 'vitals-table is-stale' : 'vitals-table'}>
          <DataTable
            label={title}
            columns={columns}
            rows={rows}
            keyOf={(row) => row.page}
            order={{ id: sort, down: true }}
            onOrder={({ id }) => setParams({ sort: id === 'count' ? null : id }, 'replace')}
            rowKey="Only this page"
          />
        </div>
      ) : null}
      <footer class="vitals-foot">
        <ScopeLine scope={data} />
        {data && data.nextCursor !== null ? (
          <Button small busy={loading} onClick={() => setAnswers(answers + 1)}>
            More pages
          </Button>
        ) : null}
      </footer>
    </section>
  );
}

function FindPage({ value }: { value: string }) {
  const [text, setText] = useState(value);
  // The address may change by a link or the back button.
  useEffect(() => setText(value), [value]);
  return (
    <input
      class="input input-small"
      type="search"
      aria-label="Find a page"
      placeholder="Find a page"
      value={text}
      dir="auto"
      spellcheck={false}
      autocomplete="off"
      onInput={(event) => {
        setText(event.currentTarget.value);
        setParams({ find: event.currentTarget.value }, 'replace');
      }}
    />
  );
}

function columnsOf(vital: VitalName): readonly Column<Row>[] {
  const unit = unitOf(vital);
  const others = VITALS.filter((name) => name !== vital && name !== 'FID');
  const sorted = (id: string) => (SORTS.some((name) => name === id) ? { sort: () => 0, downFirst: true } : {});
  return [
    {
      id: 'page',
      label: 'Page',
      cell: ({ page }) => (
        <button
          type="button"
          class="text-button vitals-page clip"
          title={`${page || '(none)'}\nClick to see only this page`}
          disabled={page === ''}
          onClick={() => setParams({ page })}
        >
          <bdi>{page || '(none)'}</bdi>
        </button>
      ),
    },
    {
      ...{ id: 'count', label: 'Events', numeric: true, ...sorted('count') },
      cell: ({ count }) => <span title={exact(count)}>{compact(count)}</span>,
    },
    {
      ...{ id: 'p75', label: `${vital} p75`, numeric: true, ...sorted('p75') },
      cell: ({ p75, rating }) =>
        p75 === null ? (
          '–'
        ) : (
          <span class="vitals-value" title={exactly(p75, unit)}>
            <RatingWord rating={rating} />
            <strong>{inUnit(p75, unit)}</strong>
          </span>
        ),
    },
    {
      ...{ id: 'poor', label: 'Poor', numeric: true, ...sorted('poor') },
      cell: (row) =>
        row.poor === null ? (
          '–'
        ) : (
          <span
            class="vitals-poor"
            title={`${exact(Math.round(row.poor * row.count))} of ${exact(row.count)} were poor`}
          >
            <ShareBar shares={row} />
            <span class="vitals-share">{percent(row.poor)}</span>
            <span class="vitals-share">{compact(Math.round(row.poor * row.count))}</span>
          </span>
        ),
    },
    ...others.map(
      (name): Column<Row> => ({
        ...{ id: name, label: name, numeric: true },
        cell: (row) => {
          const other = row.others[name];
          if (!other || other.p75 === null) return <span class="faint">–</span>;
          return (
            <span
              class={`vitals-value rating-${other.rating === 'good' ? 'none' : other.rating}`}
              title={`${exactly(other.p75, unitOf(name))}, from ${exact(other.count)}`}
            >
              {inUnit(other.p75, unitOf(name))}
              <RatingMark rating={other.rating} />
            </span>
          );
        },
      }),
    ),
  ];
}

function rowsOf(vital: VitalName, rows: readonly Row[]): (string | number | null)[][] {
  const others = VITALS.filter((name) => name !== vital && name !== 'FID');
  const own = ['p50', 'p75', 'p95', 'p99'] as const;
  return [
    [
      'page',
      'events',
      ...own.map((name) => `${vital} ${name}`),
      'good',
      'needs improvement',
      'poor',
      ...others.map((name) => `${name} p75`),
    ],
    ...rows.map((row) => [
      ...[row.page, row.count, ...own.map((name) => row[name]), row.good, row.needsImprovement, row.poor],
      ...others.map((name) => row.others[name]?.p75 ?? null),
    ]),
  ];
}
