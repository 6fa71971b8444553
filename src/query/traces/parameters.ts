import type { Result } from '../../shared/result.ts';
import { MAX_IDENTIFIER_CHARS } from '../../wire/limits.ts';
import type { ReadError } from '../errors.ts';
import { ParameterReader, type Parameters } from '../parameters.ts';
import type { TraceRequest } from './trace.ts';

const HOUR_MS = 3_600_000;
/** A trace is over in seconds, a job that runs at night in hours. */
const AROUND_MS = 6 * HOUR_MS;
/** Without a time: as far back as a link in a chat is opened. */
const RANGE_MS = 7 * 24 * HOUR_MS;
/** Clocks of senders may be ahead of this one. */
const AHEAD_MS = 24 * HOUR_MS;

/** `around`, a time of the trace in Unix milliseconds, makes finding it faster, and finds what is older than a week. */
export function readTrace(
  parameters: Parameters,
  projectId: string,
  traceId: string,
  nowMs: number,
): Result<TraceRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  if (traceId.length > MAX_IDENTIFIER_CHARS) reader.refuse('traceId', `may have ${MAX_IDENTIFIER_CHARS} characters`);
  const around = reader.time('around');
  const range =
    around === null
      ? { fromMs: nowMs - RANGE_MS, toMs: nowMs + AHEAD_MS }
      : { fromMs: around - AROUND_MS, toMs: around + AROUND_MS };
  return reader.finish({ projectId, traceId, ...range });
}
