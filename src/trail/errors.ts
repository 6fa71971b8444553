import { type AuthError, authProblem } from '../auth/index.ts';
import { invalidInput, NOT_FOUND, type Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';

/** Every way in which the trail refuses to be read, sealed or proved. */
export type TrailError =
  | { kind: 'auth'; error: AuthError }
  | { kind: 'invalid'; errors: { pointer: string; reason: string }[] }
  /** Its number was never given. */
  | { kind: 'entry_not_found' }
  /** Sealed as something else: there is no proof of what it is now. */
  | { kind: 'entry_altered'; seq: number }
  /** Nothing is signed on top of a past that is not what was signed before; or it is not done yet. */
  | { kind: 'trail_not_sealed'; detail: string };

export function trailProblem(error: TrailError): Problem {
  switch (error.kind) {
    case 'auth':
      return authProblem(error.error);
    case 'invalid':
      return invalidInput(error.errors);
    case 'entry_not_found':
      return { ...NOT_FOUND, detail: 'No entry of the audit trail has that number.' };
    case 'entry_altered':
      return {
        status: 409,
        code: 'audit_entry_altered',
        title: 'The entry is not what was sealed',
        detail: `Entry ${error.seq} was sealed with other contents than it has, so that there is no proof of it. See the findings.`,
      };
    case 'trail_not_sealed':
      return { status: 409, code: 'audit_not_sealed', title: 'The trail was not sealed', detail: error.detail };
    default:
      return unreachable(error);
  }
}
