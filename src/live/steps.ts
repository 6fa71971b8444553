import { type Extracted, extractPayload, type Pipeline, runPipeline, TOO_GROWN } from '../etl/index.ts';
import { type BatchBuilder, streamRefusal } from '../ingest/index.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_RECORDS_PER_REQUEST } from '../wire/limits.ts';
import { isStream, type Json, type Stream } from '../wire/record.ts';
import type { LiveError } from './errors.ts';
import type { TelemetryFrame } from './gather.ts';

/**
 * What the records of one frame may grow to by the steps, of four million characters at most: with what else is in its batch it fits into a call to
 * the journal (gather.ts), where text has three bytes a unit at worst.
 */
const MAX_GROWN_CHARS = 6 * 1024 * 1024;

/** The values of a frame that is no plain JSON, or that a schema is waiting for. Errors: too_many_records. */
export function valuesOf({ dataType, payload }: TelemetryFrame): Result<Extracted[], LiveError> {
  const values: Extracted[] = [];
  for (const extracted of extractPayload(dataType, payload)) {
    // A short text may hold any number of them, where JSON has each of them in the frame.
    if (values.length >= MAX_RECORDS_PER_REQUEST) return err({ kind: 'too_many_records' });
    values.push(extracted);
  }
  return ok(values);
}

/** The steps of ETL between a frame and its batch. What a step refuses is rejected alone, as over HTTP. */
export function addThroughSteps(
  builder: BatchBuilder,
  values: readonly Extracted[],
  { pipeline, writes, nowMs }: { pipeline: Pipeline | null; writes: readonly Stream[] | null; nowMs: number },
): void {
  const charsBefore = builder.chars;
  for (const extracted of values) {
    if ('reason' in extracted) {
      builder.addMalformed(extracted.reason);
      continue;
    }
    const { value } = extracted;
    const refused = pipeline === null ? null : runPipeline(pipeline, value, nowMs);
    if (refused !== null) builder.addMalformed(refused.reason, refused.pointer);
    // After the steps, which may have set it.
    else if (pipeline !== null && builder.chars - charsBefore > MAX_GROWN_CHARS) builder.addMalformed(TOO_GROWN);
    else if (isForbidden(value, writes)) builder.addMalformed('the key lacks the scope of this stream', '/stream');
    else builder.add(value);
  }
}

function isForbidden(value: Json, streams: readonly Stream[] | null): boolean {
  const stream = value !== null && typeof value === 'object' && !Array.isArray(value) ? value.stream : null;
  return isStream(stream) && streamRefusal({ streams }, stream) !== null;
}
