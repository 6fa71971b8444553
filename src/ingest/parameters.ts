import type { AppContext } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_IDEMPOTENCY_KEY_CHARS, MAX_IDENTIFIER_CHARS } from '../wire/limits.ts';
import { isStream, STREAMS, type Stream } from '../wire/record.ts';
import type { IngestError } from './errors.ts';

/** `?stream=`: of records that name none. */
export function streamOf(c: AppContext, fallback: Stream): Result<Stream, IngestError> {
  const stream = c.req.query('stream') ?? fallback;
  if (isStream(stream)) return ok(stream);
  return err({ kind: 'bad_parameter', name: 'stream', reason: `must be one of ${STREAMS.join(', ')}` });
}

/** `?service=`: of records that name none. */
export function serviceOf(c: AppContext): Result<string, IngestError> {
  const service = c.req.query('service') ?? 'unknown';
  if (service.length <= MAX_IDENTIFIER_CHARS) return ok(service);
  return err({ kind: 'bad_parameter', name: 'service', reason: 'is too long' });
}

/** `Idempotency-Key`; null where the request has none. */
export function idempotencyKeyOf(c: AppContext): Result<string | null, IngestError> {
  const key = c.req.header('idempotency-key') ?? null;
  if (key === null || (key !== '' && key.length <= MAX_IDEMPOTENCY_KEY_CHARS)) return ok(key);
  const reason = `must have 1 to ${MAX_IDEMPOTENCY_KEY_CHARS} characters`;
  return err({ kind: 'bad_parameter', name: 'Idempotency-Key', reason });
}
