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
  | { kind: 'finding_not_found' }
  /** No gap stops the sealing, or it ends at another number. */
  | { kind: 'no_gap' }
  /** To be covered number by number. */
  | { kind: 'gap_too_wide'; most: number }
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
    case 'finding_not_found':
      return { ...NOT_FOUND, detail: 'No check has found a fact of that id.' };
    case 'no_gap':
      return {
        status: 409,
        code: 'audit_no_gap',
        title: 'There is no such gap',
        detail:
          'No gap that ends at that number keeps the trail from being sealed. The findings name the one that does.',
      };
    case 'gap_too_wide':
      return {
        status: 409,
        code: 'audit_gap_too_wide',
        title: 'The gap is too wide to be covered',
        detail: `At most ${error.most} numbers can be covered. Put the database back to before they were skipped.`,
      };
    case 'trail_not_sealed':
      return { status: 409, code: 'audit_not_sealed', title: 'The trail was not sealed', detail: error.detail };
    default:
      return unreachable(error);
  }
}
