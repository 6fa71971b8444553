import type { OperationMetrics, OperationNumbers } from '../../../wire/operations.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import type { CsvRow } from '../../lib/download.ts';
import { bytes, compact, exact, percent } from '../../lib/format.ts';
import { inOrder, orderOf } from '../../lib/table-order.ts';
import { exactly, inUnit } from '../../lib/units.ts';
import { param, setParams } from '../../state/route.ts';

export interface ComparisonRow extends OperationNumbers {
  gateway: string | null;
  operation: string | null;
}

interface ComparisonProps {
  rows: readonly ComparisonRow[];
  label: string;
  /** What a row is: its first columns. */
  by: readonly ('gateway' | 'operation')[];
  /** Counts over time by what a row is; null where they are not known by it. */
  courses: ReadonlyMap<string, readonly number[]> | null;
}

/** Gateways, operations or both beside each other; a name narrows the page to it. */
export function Comparison({ rows, label, by, courses }: ComparisonProps) {
  const busiest = Math.max(1, ...rows.map(({ count }) => count));
  const columns = [...by.map(nameColumn), ...numberColumns(busiest), ...(courses ? [courseColumn(courses)] : [])];
  const order = orderOf(param('order'));
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={inOrder(rows, columns, order)}
      keyOf={({ gateway, operation }) => JSON.stringify([gateway, operation])}
      rowKey="Only this one"
      order={order}
      onOrder={({ id, down }) => setParams({ order: `${down ? '-' : ''}${id}` }, 'replace')}
    />
  );
}

export function comparisonRows(metrics: OperationMetrics, by: 'gateway' | 'operation' | 'both'): ComparisonRow[] {
  switch (by) {
    case 'gateway':
      return metrics.gateways.map((row) => ({ ...row, operation: null }));
    case 'operation':
      return metrics.operations.map((row) => ({ ...row, gateway: null }));
    case 'both':
      return metrics.items;
  }
}

/** Every number of the table, with all its digits. */
export function comparisonCsv(rows: readonly ComparisonRow[]): CsvRow[] {
  const head = [
    'gateway',
    'operation',
    'operations',
    'success rate',
    'failed',
    'mean ms',
    'p50 ms',
    'p95 ms',
    'p99 ms',
  ];
  return [
    [...head, 'bytes p50', 'bytes p95', 'bytes p99'],
    ...rows.map(({ gateway, operation, count, successRate, failed, avgMs, p50Ms, p95Ms, p99Ms, bytes: size }) => [
      ...[gateway, operation, count, successRate, failed, avgMs, p50Ms, p95Ms, p99Ms],
      ...[size?.p50 ?? null, size?.p95 ?? null, size?.p99 ?? null],
    ]),
  ];
}

function nameColumn(name: 'gateway' | 'operation'): Column<ComparisonRow> {
  return {
    id: name,
    label: name === 'gateway' ? 'Gateway' : 'Operation',
    sort: (row) => row[name] ?? '',
    cell: (row) => {
      const value = row[name];
      if (value === null || value === '') return <span class="faint">not said</span>;
      return (
        <button
          type="button"
          class="text-button clip"
          title={`${value}. Click to see only this`}
          onClick={() => setParams({ [name]: value })}
        >
          <bdi>{value}</bdi>
        </button>
      );
    },
  };
}

function numberColumns(busiest: number): Column<ComparisonRow>[] {
  return [
    {
      id: 'count',
      label: 'Operations',
      numeric: true,
      downFirst: true,
      sort: ({ count }) => count,
      cell: ({ count }) => (
        <span class="bar-cell" title={exact(count)}>
          <i aria-hidden="true" style={{ width: `${(100 * count) / busiest}%` }} />
          <span>{compact(count)}</span>
        </span>
      ),
    },
    {
      id: 'rate',
      label: 'Success rate',
      numeric: true,
      downFirst: true,
      sort: ({ successRate }) => successRate ?? -1,
      cell: ({ successRate, failed }) =>
        successRate === null ? (
          <span class="faint">none</span>
        ) : (
          <span class="rate-cell" title={`${exact(successRate * 100)} %, ${exact(failed)} failed`}>
            <i class={`rate-bar ${rateClass(successRate)}`} aria-hidden="true">
              <i style={{ width: `${successRate * 100}%` }} />
            </i>
            <span>{percent(successRate)}</span>
          </span>
        ),
    },
    {
      id: 'failed',
      label: 'Failed',
      numeric: true,
      downFirst: true,
      sort: ({ failed }) => failed,
      cell: ({ failed }) => <span title={exact(failed)}>{compact(failed)}</span>,
    },
    timeColumn('p50Ms', 'p50'),
    timeColumn('p95Ms', 'p95'),
    timeColumn('p99Ms', 'p99'),
    {
      id: 'size',
      label: 'Size (p95)',
      numeric: true,
      downFirst: true,
      sort: (row) => row.bytes?.p95 ?? -1,
      cell: (row) =>
        row.bytes === null ? (
          <span class="faint">not said</span>
        ) : (
          <span
            title={`p50 ${exact(row.bytes.p50)} B, p95 ${exact(row.bytes.p95)} B, p99 ${exact(row.bytes.p99)} B\n${bytes(row.bytes.sum)} in all, of ${exact(row.bytes.count)} operations`}
          >
            {bytes(row.bytes.p95)}
          </span>
        ),
    },
  ];
}

function timeColumn(name: 'p50Ms' | 'p95Ms' | 'p99Ms', label: string): Column<ComparisonRow> {
  return {
    id: name,
    label,
    numeric: true,
    downFirst: true,
    sort: (row) => row[name] ?? -1,
    cell: (row) => {
      const ms = row[name];
      return ms === null ? <span class="faint">none</span> : <span title={exactly(ms, 'ms')}>{inUnit(ms, 'ms')}</span>;
    },
  };
}

function courseColumn(courses: ReadonlyMap<string, readonly number[]>): Column<ComparisonRow> {
  return {
    id: 'course',
    label: 'Over time',
    cell: ({ gateway, operation }) => (
      <span class="course-cell">
        <Sparkline values={courses.get(gateway ?? operation ?? '') ?? []} tone="info" />
      </span>
    ),
  };
}

/** The word for it is the figure beside the bar; two nines is what gateways promise. */
function rateClass(rate: number): string {
  return rate >= 0.99 ? 'rate-ok' : rate >= 0.95 ? 'rate-warn' : 'rate-bad';
}
