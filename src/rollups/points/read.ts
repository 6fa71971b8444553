import type { LogRecord } from '../../wire/record.ts';
import { errorPoints } from './error.ts';
import { metricPoint } from './metric.ts';
import { operationPoints } from './operation.ts';
import type { MetricPoint, PointReader, RollupStream } from './point.ts';
import { vitalPoints } from './vital.ts';

const READERS: Readonly<Record<RollupStream, PointReader>> = {
  metrics: (record) => {
    const point = metricPoint(record);
    return point ? [point] : [];
  },
  vitals: vitalPoints,
  operations: operationPoints,
  errors: errorPoints,
};

/** Points of a record. */
export function pointsIn(stream: RollupStream, record: LogRecord): MetricPoint[] {
  return READERS[stream](record);
}

/** Points of stored lines; `names`: only those of these names. */
export function pointsOf(stream: RollupStream, ndjson: string, names: readonly string[] | null = null): MetricPoint[] {
  const points: MetricPoint[] = [];
  // As they stand in a line, so that lines of other metrics need not be parsed. The names of other streams are no text of their lines.
  const needles = stream === 'metrics' ? names?.map((name) => JSON.stringify(name)) : undefined;
  for (const line of linesOf(ndjson)) {
    if (needles && !needles.some((needle) => line.includes(needle))) continue;
    for (const point of pointsIn(stream, JSON.parse(line) as LogRecord)) {
      if (names === null || names.includes(point.name)) points.push(point);
    }
  }
  return points;
}

export function* linesOf(ndjson: string): Generator<string> {
  for (let at = 0; at < ndjson.length; ) {
    const end = ndjson.indexOf('\n', at);
    const stop = end < 0 ? ndjson.length : end;
    if (stop > at) yield ndjson.slice(at, stop);
    at = stop + 1;
  }
}

/** The cumulative series among the points. */
export function seriesOf(points: readonly MetricPoint[]): string[] {
  const series = new Set<string>();
  for (const { reading } of points) if (reading.kind === 'cumulative') series.add(reading.series);
  return [...series];
}
