import { MINUTE_MS } from '../../rollups/index.ts';
import type { Result } from '../../shared/result.ts';
import type { ReadError } from '../errors.ts';
import { DEFAULT_RANGE_MS } from '../limits.ts';
import { ParameterReader, type Parameters } from '../parameters.ts';
import { MAX_BUCKETS, STATS, type TimeseriesRequest } from './timeseries.ts';

const LABEL_PREFIX = 'label.';
/** Buckets of a thousand years are no picture. */
const MAX_RANGE_MS = 20 * 366 * 24 * 3_600_000;

/** `name`, `from`, `to`, `step` (milliseconds), `stat`, `by`, and one `label.<name>`. */
export function readTimeseries(
  parameters: Parameters,
  projectId: string,
  nowMs: number,
): Result<TimeseriesRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  const name = reader.text('name') ?? '';
  if (name === '') reader.refuse('name', 'is missing');
  const toMs = reader.time('to') ?? (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
  const fromMs = reader.time('from') ?? toMs - DEFAULT_RANGE_MS;
  if (fromMs >= toMs) reader.refuse('to', 'must be after from');
  else if (toMs - fromMs > MAX_RANGE_MS) reader.refuse('to', 'must be within 20 years of from');
  const stepMs = readStep(reader, fromMs, toMs);
  const stat = reader.oneOf('stat', STATS, 'avg');
  const by = reader.text('by');
  const filters = Object.keys(parameters).filter((key) => key.startsWith(LABEL_PREFIX) && reader.text(key) !== null);
  const [filter, ...more] = filters;
  // Rollups hold each label by itself; what two of them have in common only the records know.
  for (const other of more) reader.refuse(other, `cannot be combined with ${filter}: rollups hold one label at a time`);
  const label = filter?.slice(LABEL_PREFIX.length) ?? '';
  if (filter !== undefined && by !== null && by !== label) {
    reader.refuse('by', `cannot be combined with ${filter}: rollups hold one label at a time`);
  }
  const where = filter === undefined ? null : { label, value: reader.text(filter) ?? '' };
  return reader.finish({ projectId, name, fromMs, toMs, stepMs, stat, by, where });
}

function readStep(reader: ParameterReader, fromMs: number, toMs: number): number | null {
  const text = reader.text('step');
  if (text === null) return null;
  const step = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(step > 0) || step % MINUTE_MS !== 0) return reader.refuse('step', 'must be milliseconds of whole minutes');
  if ((toMs - fromMs) / step > MAX_BUCKETS) {
    return reader.refuse('step', `makes more than ${MAX_BUCKETS} points of the range`);
  }
  return step;
}

const DEFAULT_NAMES = 500;
const MAX_NAMES = 1_000;

export function readNames(parameters: Parameters): Result<{ after: string; limit: number }, ReadError> {
  const reader = new ParameterReader(parameters);
  return reader.finish({
    after: reader.text('cursor') ?? '',
    limit: reader.count('limit', DEFAULT_NAMES, 1, MAX_NAMES),
  });
}
