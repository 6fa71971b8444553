import { type IngestError, ingestProblem } from '../ingest/index.ts';
import { type ProjectError, projectProblem } from '../projects/index.ts';
import { invalidInput, NOT_FOUND, type Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';
import type { Rejection } from '../wire/ingest.ts';

export type EtlError =
  | { kind: 'ingest'; error: IngestError }
  | { kind: 'project'; error: ProjectError }
  | { kind: 'invalid'; errors: { pointer: string; reason: string }[] }
  | { kind: 'malformed_envelope'; reason: string }
  | { kind: 'too_many_values'; limit: number }
  | { kind: 'stream_cut' }
  | { kind: 'stream_too_large'; limitBytes: number }
  | { kind: 'stream_bomb'; limit: number }
  | { kind: 'stream_encoding'; encoding: string }
  | { kind: 'schema_not_found'; dataType: string; version: number }
  | { kind: 'too_many_schemas'; limit: number }
  | { kind: 'schema_pending' }
  | { kind: 'job_not_found' }
  | { kind: 'job_running' }
  | { kind: 'all_rejected'; first: Rejection | undefined }
  | { kind: 'idempotency_key_missing' };

export function etlProblem(error: EtlError): Problem {
  switch (error.kind) {
    case 'ingest':
      return ingestProblem(error.error);
    case 'project':
      return projectProblem(error.error);
    case 'invalid':
      return invalidInput(error.errors);
    case 'malformed_envelope':
      return {
        ...problem(400, 'malformed_body', 'The body is not JSON', error.reason),
        errors: [{ pointer: '', reason: error.reason }],
      };
    case 'too_many_values':
      return problem(
        413,
        'too_many_records',
        'Too many values',
        `A payload within the request may hold about ${error.limit} values. Send it as the body, with ?dataType=.`,
      );
    case 'stream_cut':
      return problem(
        400,
        'stream_cut',
        'The body is incomplete',
        'The connection ended before the body did. The counts say what is stored; with the same Idempotency-Key a repeat of the whole goes on from there.',
      );
    case 'stream_too_large':
      return problem(
        413,
        'body_too_large',
        'The body is too large',
        `A streamed body may have ${error.limitBytes} bytes after inflation. The counts say what is stored.`,
      );
    case 'stream_bomb':
      return problem(
        413,
        'body_too_large',
        'The body inflates too much',
        `A streamed body may inflate to ${error.limit} times its size. The counts say what is stored.`,
      );
    case 'stream_encoding':
      return problem(
        415,
        'encoding_unknown',
        'The content coding is not known',
        `"${error.encoding}" is neither gzip nor deflate, which are what a streamed body may come in.`,
      );
    case 'schema_not_found':
      return problem(
        404,
        error.kind,
        'There is no such schema',
        `The project has no version ${error.version} of a schema for ${error.dataType}.`,
      );
    case 'too_many_schemas':
      return problem(
        409,
        error.kind,
        'Too many versions',
        `A data type can have ${error.limit} versions of its schema, and none can be deleted.`,
      );
    case 'schema_pending':
      return {
        ...problem(503, error.kind, 'Not yet effective on sockets', 'The version is saved. Repeat the request.'),
        retryAfterSeconds: 1,
      };
    case 'job_not_found':
      return { ...NOT_FOUND, detail: 'No job of this project has that id. It may be past its retention.' };
    case 'job_running':
      return problem(409, error.kind, 'The job is running', 'Its rejects can be sent again when it has ended.');
    case 'all_rejected': {
      const { first } = error;
      const detail = first ? `Record ${first.index}${first.pointer}: ${first.reason}` : 'Every record was rejected.';
      return problem(400, error.kind, 'No record could be stored', detail);
    }
    case 'idempotency_key_missing':
      return problem(
        400,
        error.kind,
        'An Idempotency-Key is needed',
        'Sending rejects again needs the header Idempotency-Key, or a repeat of the request could store them twice.',
      );
    default:
      return unreachable(error);
  }
}

function problem(status: Problem['status'], code: string, title: string, detail: string): Problem {
  return { status, code, title, detail };
}
