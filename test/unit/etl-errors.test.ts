import { describe, expect, it } from 'vitest';
import errorDocs from '../../docs/errors.md?raw';
import { type EtlError, etlProblem } from '../../src/etl/errors.ts';

/** One of each kind, so that a new one does not compile here until it is listed. */
const ERRORS: { [K in EtlError['kind']]: [Extract<EtlError, { kind: K }>, number, string] } = {
  ingest: [{ kind: 'ingest', error: { kind: 'key_reused' } }, 422, 'idempotency_key_reused'],
  project: [{ kind: 'project', error: { kind: 'project_disabled' } }, 403, 'project_disabled'],
  invalid: [{ kind: 'invalid', errors: [{ pointer: '/a', reason: 'is missing' }] }, 400, 'invalid_input'],
  malformed_envelope: [{ kind: 'malformed_envelope', reason: 'not valid JSON' }, 400, 'malformed_body'],
  too_many_values: [{ kind: 'too_many_values', limit: 1 }, 413, 'too_many_records'],
  stream_cut: [{ kind: 'stream_cut' }, 400, 'stream_cut'],
  stream_too_large: [{ kind: 'stream_too_large', limitBytes: 1 }, 413, 'body_too_large'],
  stream_bomb: [{ kind: 'stream_bomb', limit: 250 }, 413, 'body_too_large'],
  stream_encoding: [{ kind: 'stream_encoding', encoding: 'br' }, 415, 'encoding_unknown'],
  schema_not_found: [{ kind: 'schema_not_found', dataType: 'JSON', version: 7 }, 404, 'schema_not_found'],
  too_many_schemas: [{ kind: 'too_many_schemas', limit: 1 }, 409, 'too_many_schemas'],
  schema_pending: [{ kind: 'schema_pending' }, 503, 'schema_pending'],
  job_not_found: [{ kind: 'job_not_found' }, 404, 'not_found'],
  job_running: [{ kind: 'job_running' }, 409, 'job_running'],
  all_rejected: [
    { kind: 'all_rejected', first: { index: 3, pointer: '/ts', reason: 'is no time' } },
    400,
    'all_rejected',
  ],
  idempotency_key_missing: [{ kind: 'idempotency_key_missing' }, 400, 'idempotency_key_missing'],
};

describe('each error of ETL has its status, a code, a sentence, and a heading where its link leads', () => {
  it.each(Object.values(ERRORS))('%o', (error, status, code) => {
    const problem = etlProblem(error);
    expect([problem.status, problem.code]).toEqual([status, code]);
    expect(problem.detail).not.toBe('');
    expect(errorDocs).toContain(`\n### ${code}\n${status}. `);
    expect(problem.retryAfterSeconds !== undefined).toBe(status === 503);
  });
});
