import { MINUTE_MS, SERVICE } from '../../rollups/index.ts';
import type { Result } from '../../shared/result.ts';
import { BROWSER_LABELS, type BrowserLabel, VITALS, type VitalName } from '../../wire/vitals.ts';
import type { LabelFilter } from '../cells/question.ts';
import type { ReadError } from '../errors.ts';
import { ParameterReader, type Parameters } from '../parameters.ts';

/** The range of a question that names none: a whole day, because vitals of an hour of the night say little. */
const DEFAULT_RANGE_MS = 24 * 3_600_000;
/** Buckets of a thousand years are no picture. */
const MAX_RANGE_MS = 20 * 366 * 24 * 3_600_000;
const MAX_BUCKETS = 2_000;
/** As long as a label's value can be. */
const MAX_VALUE_CHARS = 256;

export interface VitalsRequest {
  fromMs: number;
  toMs: number;
  filters: LabelFilter[];
}

export interface VitalRequest extends VitalsRequest {
  name: VitalName;
}

/** `from`, `to`, and each label of browsers by its name: `page=/cart&device=mobile`. */
export function readScope(reader: ParameterReader, nowMs: number, defaultRangeMs = DEFAULT_RANGE_MS): VitalsRequest {
  const toMs = reader.time('to') ?? (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
  const fromMs = reader.time('from') ?? toMs - defaultRangeMs;
  if (fromMs >= toMs) reader.refuse('to', 'must be after from');
  else if (toMs - fromMs > MAX_RANGE_MS) reader.refuse('to', 'must be within 20 years of from');
  const filters = [...BROWSER_LABELS, SERVICE].flatMap((label) => {
    const value = reader.text(label);
    if (value !== null && value.length > MAX_VALUE_CHARS) {
      reader.refuse(label, `must have at most ${MAX_VALUE_CHARS} characters`);
    }
    return value === null ? [] : [{ label, value }];
  });
  return { fromMs, toMs, filters };
}

export function readSummary(parameters: Parameters, nowMs: number): Result<VitalsRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  return reader.finish(readScope(reader, nowMs));
}

export function readVital(parameters: Parameters, nowMs: number): Result<VitalRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  return reader.finish({ ...readScope(reader, nowMs), name: readName(reader) });
}

function readName(reader: ParameterReader): VitalName {
  return reader.oneOf('name', VITALS, 'LCP');
}

export interface VitalsTimeseriesRequest extends VitalRequest {
  stepMs: number | null;
  by: string | null;
}

export function readVitalsTimeseries(
  parameters: Parameters,
  nowMs: number,
): Result<VitalsTimeseriesRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  const scope = readScope(reader, nowMs);
  const by = reader.text('by') === null ? null : readBy(reader);
  const stepMs = readStep(reader, scope);
  return reader.finish({ ...scope, name: readName(reader), stepMs, by });
}

/** Milliseconds of whole minutes. */
function readStep(reader: ParameterReader, { fromMs, toMs }: VitalsRequest): number | null {
  const text = reader.text('step');
  if (text === null) return null;
  const step = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(step > 0) || step % MINUTE_MS !== 0) return reader.refuse('step', 'must be milliseconds of whole minutes');
  if ((toMs - fromMs) / step > MAX_BUCKETS) {
    return reader.refuse('step', `makes more than ${MAX_BUCKETS} points of the range`);
  }
  return step;
}

function readBy(reader: ParameterReader): BrowserLabel {
  return reader.oneOf('by', BROWSER_LABELS, 'device');
}

export interface VitalsBreakdownRequest extends VitalRequest {
  by: BrowserLabel;
}

export function readBreakdown(parameters: Parameters, nowMs: number): Result<VitalsBreakdownRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  return reader.finish({ ...readScope(reader, nowMs), name: readName(reader), by: readBy(reader) });
}

export const PAGE_SORTS = ['p75', 'count', 'poor'] as const;

export interface VitalsPagesRequest extends VitalRequest {
  /** Other vitals of the same pages. */
  also: VitalName[];
  sort: (typeof PAGE_SORTS)[number];
  /** Pages with fewer events are left out: of three events one slow one is the 75th percentile. */
  minCount: number;
  limit: number;
  /** How many were on the pages of the list before. */
  offset: number;
}

const DEFAULT_PAGES = 50;
const MAX_PAGES = 1_000;

export function readPages(parameters: Parameters, nowMs: number): Result<VitalsPagesRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  const scope = readScope(reader, nowMs);
  const name = readName(reader);
  const also = (reader.text('also') ?? '').split(',').filter((other) => other !== '');
  const known = VITALS.filter((vital) => also.includes(vital));
  if (known.length < new Set(also).size) reader.refuse('also', `must be among ${VITALS.join(', ')}, with commas`);
  return reader.finish({
    ...{ ...scope, name, also: known.filter((vital) => vital !== name) },
    sort: reader.oneOf('sort', PAGE_SORTS, 'p75'),
    minCount: reader.count('minCount', 1, 1, 1_000_000),
    limit: reader.count('limit', DEFAULT_PAGES, 1, MAX_PAGES),
    ...readPlace(reader, scope),
  });
}

/** Where the next page of a list begins: of the same range, however much later it is asked for. */
export function placeOf(offset: number, { fromMs, toMs }: Pick<VitalsRequest, 'fromMs' | 'toMs'>): string {
  return `${offset}.${fromMs}.${toMs}`;
}

function readPlace(
  reader: ParameterReader,
  { fromMs, toMs }: VitalsRequest,
): Pick<VitalsPagesRequest, 'offset' | 'fromMs' | 'toMs'> {
  const text = reader.text('cursor');
  if (text === null) return { offset: 0, fromMs, toMs };
  const [, offset, from, to] = /^(\d{1,7})\.(\d{1,16})\.(\d{1,16})$/.exec(text) ?? [];
  if (offset === undefined || Number(from) >= Number(to)) reader.refuse('cursor', 'must be a nextCursor of this list');
  return { offset: Number(offset ?? 0), fromMs: Number(from ?? 0), toMs: Number(to ?? 0) };
}
