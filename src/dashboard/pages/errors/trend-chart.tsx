import { useMemo, useState } from 'preact/hooks';
import type { Release } from '../../../wire/error-groups.ts';
import { ChartFigure, LegendItem } from '../../components/chart/chart-figure.tsx';
import { ExportMenu } from '../../components/chart/export-menu.tsx';
import { spanText } from '../../components/chart/level-chart.tsx';
import type { CsvRow } from '../../lib/download.ts';
import { compact, dateTime, exact, plural } from '../../lib/format.ts';
import type { Span } from '../../lib/range.ts';
import { trendOf } from '../../lib/trend.ts';

interface TrendChartProps {
  /** Of what is exported. */
  title: string;
  releases: readonly Release[];
  /** null until it is known. */
  counted: { buckets: { ts: number; count: number }[]; bucketMs: number } | null;
  total: number | null;
  /** In the same time before; null where that is not known. */
  before: number | null;
  span: Span;
  heightPx: number;
  loading: boolean;
  onZoom: (fromMs: number, toMs: number) => void;
}

const SERIES = ['error'] as const;

/** Errors over time. */
export function TrendChart(props: TrendChartProps) {
  const { title, releases, counted, total, before, span, heightPx, loading, onZoom } = props;
  const [hover, setHover] = useState<number | null>(null);
  const buckets = useMemo(
    () => counted?.buckets.map(({ ts, count }) => ({ ts, counts: { error: count } })) ?? [],
    [counted],
  );
  const under = hover === null ? undefined : counted?.buckets[hover];
  return (
    <ChartFigure
      caption={
        counted === null || total === null
          ? loading
            ? 'Loading'
            : '\u00a0'
          : under
            ? `${dateTime(under.ts)} + ${spanText(counted.bucketMs)}`
            : `${plural(total, 'error')}${before === null ? '' : `, ${trendOf(total, before, true, compact).text}`}, bars of ${spanText(counted.bucketMs)}`
      }
      legend={<LegendItem name="error" word="errors" count={under?.count ?? total ?? 0} />}
      tools={<ExportMenu title={title} rows={counted ? () => rowsOf(counted.buckets) : null} picture />}
      stale={loading && counted !== null}
      waiting={loading && counted === null}
      heightPx={heightPx}
      chart={
        counted && buckets.length > 0
          ? {
              ...{ label: inWords(counted.buckets, total ?? 0), buckets, bucketMs: counted.bucketMs },
              ...{ fromMs: span.fromMs, toMs: span.toMs, series: SERIES, releases, onHover: setHover, onZoom },
            }
          : null
      }
    />
  );
}

function rowsOf(buckets: readonly { ts: number; count: number }[]): CsvRow[] {
  return [['time', 'errors'], ...buckets.map(({ ts, count }) => [new Date(ts).toISOString(), count])];
}

function inWords(buckets: readonly { ts: number; count: number }[], total: number): string {
  const peak = buckets.reduce((a, b) => (b.count > a.count ? b : a));
  return `${exact(total)} errors over time. Most at ${dateTime(peak.ts)}: ${exact(peak.count)}.`;
}
