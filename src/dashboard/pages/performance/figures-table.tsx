import { useMemo } from 'preact/hooks';
import type { PerformanceItem } from '../../../wire/performance.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { compact, exact, percent } from '../../lib/format.ts';
import { exactly, inUnit } from '../../lib/units.ts';
import { METRIC_WORDS, type MetricReport, nameOf } from './performance-words.ts';

const TIMES = [
  ['averageMs', 'Average'],
  ['p50Ms', 'p50'],
  ['p95Ms', 'p95'],
  ['p99Ms', 'p99'],
  ['minMs', 'Least'],
  ['maxMs', 'Most'],
] as const;

/** Each route, call or alarm with its figures. */
export function FiguresTable({ report }: { report: MetricReport }) {
  const { metric, items } = report;
  const columns = useMemo<Column<PerformanceItem>[]>(
    () => [
      {
        id: 'name',
        label: METRIC_WORDS[metric].label,
        sort: ({ labels }) => nameOf(metric, labels),
        cell: ({ labels }) => <code class="performance-name">{nameOf(metric, labels)}</code>,
      },
      {
        id: 'count',
        label: 'Count',
        ...{ numeric: true, downFirst: true, sort: ({ count }) => count },
        cell: ({ count }) => <span title={exact(count)}>{compact(count)}</span>,
      },
      {
        id: 'errors',
        label: 'Failed',
        ...{ numeric: true, downFirst: true, sort: ({ count, errors }) => errors / count },
        cell: ({ count, errors }) =>
          errors === 0 ? <span class="faint">0</span> : <span title={exact(errors)}>{percent(errors / count)}</span>,
      },
      ...TIMES.map(
        ([id, label]): Column<PerformanceItem> => ({
          ...{ id, label, numeric: true, downFirst: true, sort: (item) => item[id] ?? -1 },
          cell: (item) => {
            const ms = item[id];
            return ms === null ? '–' : <span title={exactly(ms, 'ms')}>{inUnit(ms, 'ms')}</span>;
          },
        }),
      ),
    ],
    [metric],
  );
  return (
    <DataTable
      label={METRIC_WORDS[metric].tab}
      columns={columns}
      rows={items}
      keyOf={({ labels }) => nameOf(metric, labels)}
    />
  );
}
