import { type LimitError, limitProblem } from '../limits/index.ts';
import { type Problem, UNAUTHENTICATED } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';
import type { IngestAnswer } from '../wire/ingest.ts';
import type { BodyError } from './inflate.ts';
import type { ParseError } from './parse.ts';

export type IngestError =
  | BodyError
  | ParseError
  | LimitError
  | { kind: 'no_key' }
  | { kind: 'bad_key' }
  | { kind: 'key_revoked' }
  /** Of somebody signed in, while the request was on its way. */
  | { kind: 'session_ended' }
  | { kind: 'project_disabled' }
  | { kind: 'scope'; needed: string }
  | { kind: 'origin'; origin: string }
  | { kind: 'key_in_url' }
  | { kind: 'bad_parameter'; name: string; reason: string }
  | { kind: 'unknown_media_type'; accepted: readonly string[] }
  | { kind: 'key_reused' }
  | { kind: 'backlog_full'; retryAfterSeconds: number }
  | { kind: 'journal_away' };

/** By DESIGN's status policy: 4xx is the client's to mend, 503 is ours and worth a retry. */
export function ingestProblem(error: IngestError): Problem {
  switch (error.kind) {
    case 'no_key':
      return problem(
        401,
        'key_missing',
        'A key is needed',
        'Send an ingest key as Authorization: Bearer <key>, X-Api-Key or ?key=.',
      );
    case 'bad_key':
      return problem(
        401,
        'key_invalid',
        'The key is not valid',
        'The key is malformed, expired, or not signed by this deployment.',
      );
    case 'key_revoked':
      return problem(401, 'key_revoked', 'The key was revoked', 'Create a new key in Settings, Keys.');
    case 'session_ended':
      return UNAUTHENTICATED;
    case 'project_disabled':
      return problem(403, 'project_disabled', 'The project is disabled', 'An administrator has disabled this project.');
    case 'scope':
      return problem(403, 'scope_missing', 'The key may not do this', `The key lacks the scope ${error.needed}.`);
    case 'origin':
      return problem(
        403,
        'origin_refused',
        'The origin is not allowed',
        `The key does not list the origin ${error.origin || '(none)'}.`,
      );
    case 'key_in_url':
      return problem(
        403,
        'key_in_url',
        'The key may not be in a URL',
        'Only a key whose scopes are all ingest scopes may come as ?key=. Send this one as Authorization: Bearer.',
      );
    case 'bad_parameter':
      return {
        ...problem(400, 'invalid_input', 'The request is not valid', `${error.name}: ${error.reason}`),
        errors: [{ pointer: `/${error.name}`, reason: error.reason }],
      };
    case 'too_large':
      return problem(
        413,
        'body_too_large',
        'The body is too large',
        `A body may have ${error.limitBytes} bytes, also after inflation. Send smaller batches.`,
      );
    case 'too_many_records':
      return problem(
        413,
        'too_many_records',
        'Too many records',
        `A request may carry ${error.limit} records. Send smaller batches.`,
      );
    case 'unknown_media_type':
      return problem(
        415,
        'unsupported_media_type',
        'The content type is not known',
        `Send the body with Content-Type: ${error.accepted.join(' or ')}.`,
      );
    case 'unknown_encoding':
      return problem(
        415,
        'encoding_unknown',
        'The content coding is not known',
        `"${error.encoding}" is none of gzip, deflate, br, zstd, snappy.`,
      );
    case 'bad_encoding':
      return problem(
        400,
        'encoding_broken',
        'The body does not inflate',
        `The body is not valid ${error.encoding}: ${error.cause}`,
      );
    case 'cut':
      return problem(
        400,
        'body_cut',
        'The body is incomplete',
        'The connection ended before the body did. Nothing was stored.',
      );
    case 'malformed':
      return {
        ...problem(400, 'malformed_body', 'The body cannot be read', error.reason),
        errors: [{ pointer: '', reason: error.reason }],
      };
    case 'key_reused':
      return problem(
        422,
        'idempotency_key_reused',
        'The idempotency key was used',
        'This Idempotency-Key came with another body within the last 24 h.',
      );
    case 'rate_limited':
    case 'quota_exceeded':
      return limitProblem(error);
    case 'backlog_full':
      return {
        ...problem(
          503,
          'backlog_full',
          'The store is behind',
          'Too much waits to be sealed into the database: it is away, or more comes than it takes. Nothing of this request was stored; send it again.',
        ),
        retryAfterSeconds: error.retryAfterSeconds,
      };
    case 'journal_away':
      return {
        ...problem(
          503,
          'journal_away',
          'The journal did not answer',
          'It is not known to be stored; send it again, with the same Idempotency-Key if it has one.',
        ),
        retryAfterSeconds: 1,
      };
    default:
      return unreachable(error);
  }
}

function problem(status: Problem['status'], code: string, title: string, detail: string): Problem {
  return { status, code, title, detail };
}

/** Nothing of the body was usable: the status says so, the counts beside it say how much it was. */
export function allRejected(answer: IngestAnswer): Problem {
  const [first] = answer.errors;
  const detail = first ? `Record ${first.index}${first.pointer}: ${first.reason}` : 'Every record was rejected.';
  return { status: 400, code: 'all_rejected', title: 'No record could be stored', detail, extra: { ...answer } };
}
