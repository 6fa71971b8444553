import { forbidden, invalidInput, NOT_FOUND, type Problem, UNAUTHENTICATED } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';

/** Every way in which projects and keys refuse. */
export type ProjectError =
  | { kind: 'unauthenticated' }
  | { kind: 'forbidden'; detail: string }
  /** Also for what exists and belongs to another tenant: its existence is not confirmed. */
  | { kind: 'not_found' }
  /** No project is named. */
  | { kind: 'invalid_input'; errors: { pointer: string; reason: string }[] }
  | { kind: 'project_disabled' }
  | { kind: 'key_invalid' }
  | { kind: 'key_revoked' }
  | { kind: 'key_already_revoked' }
  | { kind: 'revocation_pending' };

export function projectProblem(error: ProjectError): Problem {
  switch (error.kind) {
    case 'unauthenticated':
      return UNAUTHENTICATED;
    case 'forbidden':
      return forbidden(error.detail);
    case 'not_found':
      return NOT_FOUND;
    case 'invalid_input':
      return invalidInput(error.errors);
    case 'project_disabled':
      return problem(
        403,
        error.kind,
        'Project is disabled',
        'An administrator has disabled this project. Nothing can be read or sent.',
      );
    case 'key_invalid':
      return problem(401, error.kind, 'Not a valid key', 'The key is malformed, or was not made by this deployment.');
    case 'key_revoked':
      return problem(401, error.kind, 'Key is revoked', 'This key was revoked or replaced. Use another one.');
    case 'key_already_revoked':
      return problem(409, error.kind, 'Key is already revoked', 'A revoked key cannot be rotated. Create a new one.');
    case 'revocation_pending':
      return {
        ...problem(
          503,
          error.kind,
          'Not yet effective everywhere',
          'The change is stored, but a journal could not be told. Repeat the request.',
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
