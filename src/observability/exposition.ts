import type { Exemplar } from './red/series-set.ts';

type Labels = Readonly<Record<string, string>>;

/** One metric with all its series, as it is declared once. */
export type Metric = Figures | Histogram;

export interface Figures {
  /** A counter's ends in `_total`. */
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  samples: { labels: Labels; value: number }[];
}

export interface Histogram {
  /** Ends in `_seconds`. */
  name: string;
  help: string;
  type: 'histogram';
  samples: {
    labels: Labels;
    count: number;
    sumMs: number;
    /** By bound, not cumulative, with what is above them all. */
    buckets: readonly number[];
    exemplars: ReadonlyMap<number, Exemplar>;
    /** With 1 % relative error; the formats for scrapers have no place for them. */
    p50Ms: number | null;
    p95Ms: number | null;
    p99Ms: number | null;
  }[];
  boundsMs: readonly number[];
}

export type Format = 'text' | 'openmetrics';

/** Prometheus text, format version 0.0.4, and OpenMetrics 1.0. */
export const EXPOSITION_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

export function expositionOf(metrics: readonly Metric[], format: Format = 'text'): string {
  const families = metrics.map((metric) => {
    // The family of a counter has the name without its suffix there (OpenMetrics 1.0, Counter).
    const family =
      format === 'openmetrics' && metric.type === 'counter' ? metric.name.replace(/_total$/, '') : metric.name;
    const lines = metric.type === 'histogram' ? histogramLines(metric, format) : figureLines(metric);
    return `# HELP ${family} ${escapedHelp(metric.help, format)}\n# TYPE ${family} ${metric.type}\n${lines.join('')}`;
  });
  return families.join('') + (format === 'openmetrics' ? '# EOF\n' : '');
}

function figureLines({ name, samples }: Figures): string[] {
  return samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}\n`);
}

function histogramLines({ name, samples, boundsMs }: Histogram, format: Format): string[] {
  return samples.flatMap(({ labels, count, sumMs, buckets, exemplars }) => {
    let below = 0;
    const lines = [...boundsMs, Number.POSITIVE_INFINITY].map((boundMs, index) => {
      below += buckets[index] ?? 0;
      const exemplar = format === 'openmetrics' ? exemplars.get(index) : undefined;
      return `${name}_bucket${labelText({ ...labels, le: boundOf(boundMs, format) })} ${below}${exemplarText(exemplar)}\n`;
    });
    const text = labelText(labels);
    return [...lines, `${name}_sum${text} ${sumMs / 1_000}\n`, `${name}_count${text} ${count}\n`];
  });
}

/** OpenMetrics wants a float to look like one, so that `1` and `1.0` are not two series. */
function boundOf(boundMs: number, format: Format): string {
  if (boundMs === Number.POSITIVE_INFINITY) return '+Inf';
  const text = String(boundMs / 1_000);
  return format === 'openmetrics' && !text.includes('.') ? `${text}.0` : text;
}

function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return '';
  const { traceId, valueMs, atMs } = exemplar;
  return ` # ${labelText({ trace_id: traceId })} ${valueMs / 1_000} ${(atMs / 1_000).toFixed(3)}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');
}

/** The old format has no escaped quotes in help. */
function escapedHelp(help: string, format: Format): string {
  return format === 'openmetrics' ? escaped(help) : help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}
