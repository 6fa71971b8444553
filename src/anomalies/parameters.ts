import { ParameterReader, type Parameters, type ReadError, readRefresh } from '../query/index.ts';
import { ALL_ERRORS } from '../rollups/index.ts';
import type { Result } from '../shared/result.ts';
import { isVital, VITALS } from '../wire/vitals.ts';
import { HOUR_MS } from './baseline.ts';
import type { AnomalyQuestion } from './find.ts';
import { DEFAULT_LIMITS } from './judge.ts';
import { decodePlace, type Place } from './page.ts';
import { ANOMALY_STREAMS, type AnomalyStream, statNames, USUAL_STATS } from './stats.ts';

const DAY_MS = 24 * HOUR_MS;
/** The whole past of a month, whose first hours have a baseline of the two months before. */
const MAX_RANGE_MS = 31 * DAY_MS;
const MAX_WORD_CHARS = 256;
const DEFAULT_ITEMS = 100;
const MAX_ITEMS = 1_000;

/** The series that is asked for where none is named; of the metrics of a project none is like another. */
const USUAL_NAMES: Readonly<Record<AnomalyStream, string | null>> = {
  ...{ vitals: 'LCP', operations: 'p2p', errors: ALL_ERRORS, metrics: null },
};

export interface AnomalyRequest {
  question: AnomalyQuestion;
  refresh: boolean;
  limit: number;
  after: Place | null;
}

/** `stream`, `name`, `stat` (several with commas), `by` and one `value` of it, `from`, `to`, the limits `score`, `change` and `count`, `limit` and `cursor`. */
export function readAnomalies(parameters: Parameters, nowMs: number): Result<AnomalyRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  const stream = reader.oneOf('stream', ANOMALY_STREAMS, 'operations');
  const name = readName(reader, stream);
  const by = readWord(reader, 'by');
  const value = readWord(reader, 'value');
  if (value !== null && by === null) reader.refuse('value', 'needs by: the label that it is a value of');
  // Whole hours, so that a question that is asked again a moment later finds its answer.
  const toMs = reader.time('to') ?? Math.ceil((nowMs + 1) / HOUR_MS) * HOUR_MS;
  const fromMs = reader.time('from') ?? toMs - DAY_MS;
  if (fromMs >= toMs) reader.refuse('to', 'must be after from');
  else if (toMs - fromMs > MAX_RANGE_MS) reader.refuse('to', 'must be within 31 days of from');
  const limits = {
    leastScore: readNumber(reader, 'score', DEFAULT_LIMITS.leastScore, 1, 1_000),
    leastChange: readNumber(reader, 'change', DEFAULT_LIMITS.leastChange, 0, 1_000),
    leastCount: reader.count('count', DEFAULT_LIMITS.leastCount, 1, 1_000_000),
  };
  const limit = reader.count('limit', DEFAULT_ITEMS, 1, MAX_ITEMS);
  const cursor = reader.text('cursor');
  const place = cursor === null ? null : decodePlace(cursor);
  if (cursor !== null && place === null) reader.refuse('cursor', 'must be a nextCursor of this list');
  const stats = readStats(reader, stream, name);
  return reader.finish({
    question: { stream, name, stats, by, value, fromMs, toMs, limits },
    refresh: readRefresh(reader),
    limit,
    after: place,
  });
}

function readName(reader: ParameterReader, stream: AnomalyStream): string {
  const name = readWord(reader, 'name') ?? USUAL_NAMES[stream];
  if (name === null) reader.refuse('name', 'is missing');
  else if (stream === 'vitals' && !isVital(name)) reader.refuse('name', `must be one of ${VITALS.join(', ')}`);
  return name ?? '';
}

function readWord(reader: ParameterReader, name: string): string | null {
  const text = reader.text(name);
  if (text !== null && text.length > MAX_WORD_CHARS) {
    return reader.refuse(name, `must have at most ${MAX_WORD_CHARS} characters`);
  }
  return text;
}

function readStats(reader: ParameterReader, stream: AnomalyStream, name: string): string[] {
  const known = statNames(stream, name);
  const text = reader.text('stat');
  if (text === null) return known.slice(0, USUAL_STATS[stream]);
  const wanted = new Set(text.split(',').map((one) => one.trim()));
  const found = known.filter((one) => wanted.has(one));
  if (found.length < wanted.size) reader.refuse('stat', `must be among ${known.join(', ')}, with commas`);
  return found;
}

function readNumber(reader: ParameterReader, name: string, fallback: number, least: number, most: number): number {
  const text = reader.text(name);
  if (text === null) return fallback;
  const value = /^\d{1,6}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  reader.refuse(name, `must be a number from ${least} to ${most}`);
  return fallback;
}
