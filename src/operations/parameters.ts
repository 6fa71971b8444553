import { ParameterReader, type Parameters, type ReadError } from '../query/index.ts';
import type { Result } from '../shared/result.ts';
import {
  OPERATION_SCOPES,
  type OperationScope,
  TREND_INTERVALS,
  TREND_METRICS,
  type TrendInterval,
} from '../wire/operations.ts';
import type { DataRequest } from './data.ts';
import type { MetricsRequest } from './metrics.ts';
import type { Selection } from './select.ts';
import { STEP_MS, type TrendsRequest } from './trends.ts';

const HOUR_MS = 3_600_000;
const MAX_HOURS = 8_760;
const DEFAULT_HOURS = 24;
/** Points of a series: more than a screen has columns. */
const MAX_POINTS = 2_000;
const MAX_WORD_CHARS = 64;
const DEFAULT_PERIOD = '24h';

/** Other spellings. */
const INTERVALS: Readonly<Record<string, TrendInterval>> = { '1m': 'minute', '1h': 'hour', '1d': 'day' };

/** `gateway`, `operation`, `hours`. */
export function readMetrics(
  scope: OperationScope,
): (parameters: Parameters, nowMs: number) => Result<MetricsRequest, ReadError> {
  return (parameters) => {
    const reader = new ParameterReader(parameters);
    return reader.finish({ ...readSelection(reader, scope), hours: readHours(reader) });
  };
}

/** `metric`, `interval`, `period`, `gateway`, `operation`. */
export function readTrends(
  scope: OperationScope,
): (parameters: Parameters, nowMs: number) => Result<TrendsRequest, ReadError> {
  return (parameters) => {
    const reader = new ParameterReader(parameters);
    const metric = reader.oneOf('metric', TREND_METRICS, 'count');
    const text = reader.text('interval');
    const alias = text === null ? undefined : INTERVALS[text];
    const interval = alias ?? reader.oneOf('interval', TREND_INTERVALS, 'hour');
    const periodMs = readPeriod(reader);
    if (periodMs / STEP_MS[interval] > MAX_POINTS) {
      reader.refuse('interval', `makes more than ${MAX_POINTS} points of the period`);
    }
    return reader.finish({ ...readSelection(reader, scope), metric, interval, periodMs });
  };
}

/** `scope`, `gateway`, `operation`, `hours`. */
export function readHistory(parameters: Parameters): Result<MetricsRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  return reader.finish({ ...readSelection(reader, readScope(reader)), hours: readHours(reader) });
}

/** `scope`, `gateway`, `operation`. */
export function readData(parameters: Parameters): Result<Omit<DataRequest, 'refresh'>, ReadError> {
  const reader = new ParameterReader(parameters);
  return reader.finish(readSelection(reader, readScope(reader)));
}

function readScope(reader: ParameterReader): OperationScope {
  return reader.oneOf('scope', OPERATION_SCOPES, 'p2p');
}

function readSelection(reader: ParameterReader, scope: OperationScope): Selection {
  return { scope, gateway: readWord(reader, 'gateway'), operation: readWord(reader, 'operation') };
}

function readWord(reader: ParameterReader, name: string): string | null {
  const text = reader.text(name);
  if (text !== null && text.length > MAX_WORD_CHARS) {
    return reader.refuse(name, `must have at most ${MAX_WORD_CHARS} characters`);
  }
  return text;
}

function readHours(reader: ParameterReader): number {
  return reader.count('hours', DEFAULT_HOURS, 1, MAX_HOURS);
}

/** Hours or days: `24h`, `30d`. */
function readPeriod(reader: ParameterReader): number {
  const match = /^(\d{1,5})([hd])$/.exec(reader.text('period') ?? DEFAULT_PERIOD);
  const hours = match ? Number(match[1]) * (match[2] === 'd' ? 24 : 1) : 0;
  if (hours >= 1 && hours <= MAX_HOURS) return hours * HOUR_MS;
  reader.refuse('period', 'must be hours or days, such as 24h or 30d, up to 365d');
  return HOUR_MS;
}
