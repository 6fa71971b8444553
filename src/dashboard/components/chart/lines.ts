import type { CsvRow } from '../../lib/download.ts';
import { dateTime, exact } from '../../lib/format.ts';
import { exactly, inUnit, type Unit } from '../../lib/units.ts';

/** One line of a chart. */
export interface Line {
  /** In the address where a line can be hidden. */
  id: string;
  label: string;
  /** The colour is `--chart-<color>`. */
  color: string;
  /** One for each of the chart's times; null is a gap. */
  values: readonly (number | null)[];
  /** The one that the page is about. */
  bold?: boolean;
  /** Of the time before: dashed and lighter, never by colour alone. */
  earlier?: boolean;
  /** Over the whole range, for the legend while nothing is under the crosshair. */
  overall?: number | null;
}

/** Where a value stops being good, and where it is poor. */
export type Thresholds = readonly [good: number, poor: number];

/** A value that a rule compares with. Unlike the thresholds it is always in sight: what matters is how far it is. */
export interface Limit {
  value: number;
  /** Such as "threshold 10". */
  word: string;
}

/** Buckets: each begins at its time and lasts `stepMs`. */
export interface LineData {
  unit: Unit;
  times: readonly number[];
  stepMs: number;
  lines: readonly Line[];
}

export const COLORS = ['1', '2', '3', '4', '5', '6', '7', '8'] as const;

/** The colour of the n-th of several lines that are alike. */
export function colorAt(index: number): string {
  return COLORS[index % COLORS.length] ?? COLORS[0];
}

/** The start of every bucket of a range, so that a bucket without an event is a gap and not a shorter way. */
export function bucketTimes(fromMs: number, toMs: number, stepMs: number): number[] {
  const times: number[] = [];
  for (let ts = Math.floor(fromMs / stepMs) * stepMs; ts < toMs; ts += stepMs) times.push(ts);
  return times;
}

/** Values by time, null where there is none. `shiftMs` moves what was before under what is now. */
export function valuesAt(
  times: readonly number[],
  points: Iterable<readonly [ts: number, value: number | null]>,
  shiftMs = 0,
): (number | null)[] {
  const byTime = new Map<number, number | null>();
  for (const [ts, value] of points) byTime.set(ts + shiftMs, value);
  return times.map((ts) => byTime.get(ts) ?? null);
}

/** The place of the bucket that holds an instant; null outside of all. */
export function bucketAt(times: readonly number[], stepMs: number, atMs: number): number | null {
  const found = times.findIndex((ts) => atMs >= ts && atMs < ts + stepMs);
  return found < 0 ? null : found;
}

export function isEmpty(lines: readonly Line[]): boolean {
  return lines.every((line) => line.values.every((value) => value === null));
}

/** A threshold far above all values would press them flat; without one near, the field's word says where they are. */
const NEAR_THRESHOLD = 0.4;
const HEADROOM = 1.08;

/** Up to where the axis goes. */
export function topOf(lines: readonly Line[], thresholds: Thresholds | null, limit: Limit | null = null): number {
  let top = limit?.value ?? 0;
  for (const line of lines) for (const value of line.values) if (value !== null && value > top) top = value;
  const near = thresholds?.filter((limit) => top >= limit * NEAR_THRESHOLD) ?? [];
  return Math.max(top, ...near) * HEADROOM || 1;
}

/** The field that a share of the height belongs to. */
export interface Field {
  tone: 'ok' | 'warn' | 'bad';
  word: string;
  from: number;
  to: number;
}

/** Good, needs improvement, poor: as much of each as the axis shows. */
export function fieldsOf([good, poor]: Thresholds, top: number): Field[] {
  const all: Field[] = [
    { tone: 'ok', word: 'good', from: 0, to: good },
    { tone: 'warn', word: 'needs improvement', from: good, to: poor },
    { tone: 'bad', word: 'poor', from: poor, to: Number.POSITIVE_INFINITY },
  ];
  return all.filter(({ from }) => from < top).map((field) => ({ ...field, to: Math.min(field.to, top) }));
}

/** What the chart shows, for who does not see it. */
export function linesInWords(
  title: string,
  data: LineData,
  thresholds: Thresholds | null,
  limit: Limit | null = null,
): string {
  const { unit, lines, times } = data;
  const parts = lines.map((line) => {
    const found = line.values.flatMap((value, i) => (value === null ? [] : [{ value, ts: times[i] ?? 0 }]));
    const last = found[found.length - 1];
    if (!last) return `${line.label}: nothing`;
    const low = found.reduce((a, b) => (b.value < a.value ? b : a));
    const high = found.reduce((a, b) => (b.value > a.value ? b : a));
    const range = `from ${inUnit(low.value, unit)} to ${inUnit(high.value, unit)} at ${dateTime(high.ts)}`;
    return `${line.label}: ${range}, last ${inUnit(last.value, unit)}`;
  });
  const limits = thresholds
    ? ` Good up to ${inUnit(thresholds[0], unit)}, poor above ${inUnit(thresholds[1], unit)}.`
    : '';
  const compared = limit ? ` With a line at the ${limit.word}.` : '';
  return `${title} over time, ${exact(times.length)} points. ${parts.join('. ') || 'Nothing is shown'}.${limits}${compared}`;
}

/** What is shown, number for number. */
export function lineRows({ times, lines, unit }: LineData): CsvRow[] {
  const named = unit === 'count' || unit === 'score' ? '' : ` (${unit})`;
  return [
    ['time', ...lines.map(({ label }) => `${label}${named}`)],
    ...times.map((ts, i) => [new Date(ts).toISOString(), ...lines.map(({ values }) => values[i] ?? null)]),
  ];
}

/** The figure beside a name in the legend, and what a hover says of it. */
export function readout(line: Line, at: number | null, unit: Unit): { text: string; exact: string } {
  const value = at === null ? (line.overall ?? null) : (line.values[at] ?? null);
  if (value === null) return { text: at === null ? '' : '–', exact: 'nothing measured' };
  return { text: inUnit(value, unit), exact: exactly(value, unit) };
}
