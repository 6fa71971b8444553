import { invalidInput, type Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';
import { MAX_IDEMPOTENCY_KEY_CHARS } from '../wire/limits.ts';

export type IdempotencyError =
  | { kind: 'key_missing' }
  | { kind: 'key_malformed' }
  | { kind: 'in_use' }
  | { kind: 'reused' }
  | { kind: 'outcome_unknown'; changes: readonly MadeChange[] };

/** As the audit trail names it. */
export interface MadeChange {
  action: string;
  target: string;
}

/** Statuses by draft-ietf-httpapi-idempotency-key-header-07, 2.7. */
export function idempotencyProblem(error: IdempotencyError): Problem {
  switch (error.kind) {
    case 'key_missing':
      return problem(
        400,
        'idempotency_key_missing',
        'An idempotency key is needed',
        'Send an Idempotency-Key header, a new one for each thing to be done and the same one with each repeat.',
      );
    case 'key_malformed':
      return invalidInput([
        {
          pointer: '/Idempotency-Key',
          reason: `must have 1 to ${MAX_IDEMPOTENCY_KEY_CHARS} printable ASCII characters`,
        },
      ]);
    case 'in_use':
      return {
        ...problem(
          409,
          'idempotency_key_in_use',
          'The first request still runs',
          'A request with this Idempotency-Key has no answer yet. Repeat this one to get it.',
        ),
        retryAfterSeconds: 1,
      };
    case 'reused':
      return problem(
        422,
        'idempotency_key_reused',
        'The idempotency key was used',
        'This Idempotency-Key came with another request within the last 24 h. Use a new one for a new request.',
      );
    case 'outcome_unknown':
      return {
        ...problem(
          409,
          'idempotency_outcome_unknown',
          'It was done, and its answer is lost',
          'The request with this Idempotency-Key made its change, and there is no answer to repeat. Look at what it changed before you use a new key.',
        ),
        extra: { changes: error.changes },
      };
    default:
      return unreachable(error);
  }
}

function problem(status: Problem['status'], code: string, title: string, detail: string): Problem {
  return { status, code, title, detail };
}
