import { type AuthError, authProblem } from '../auth/index.ts';
import { type ProjectError, projectProblem } from '../projects/index.ts';
import { invalidInput, NOT_FOUND, type Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';

/** Every way in which the archive refuses. */
export type ArchiveError =
  | { kind: 'project'; error: ProjectError }
  | { kind: 'auth'; error: AuthError }
  | { kind: 'invalid_input'; errors: { pointer: string; reason: string }[] }
  /** Each also of another tenant's. */
  | { kind: 'archive_not_found' }
  | { kind: 'hold_not_found' }
  /** It is being written, or has expired and is being deleted. */
  | { kind: 'archive_not_current'; state: 'writing' | 'leaving' }
  /** Its object is not there, or is not what it was. */
  | { kind: 'archive_damaged'; id: string }
  | { kind: 'database_nearly_full' }
  | { kind: 'too_many_holds'; most: number };

export function archiveProblem(error: ArchiveError): Problem {
  switch (error.kind) {
    case 'project':
      return projectProblem(error.error);
    case 'auth':
      return authProblem(error.error);
    case 'invalid_input':
      return invalidInput(error.errors);
    case 'archive_not_found':
      return { ...NOT_FOUND, detail: 'No archive that you may see has that id.' };
    case 'hold_not_found':
      return { ...NOT_FOUND, detail: 'No legal hold that you may see has that id.' };
    case 'archive_not_current':
      return {
        ...{ status: 409, code: error.kind, title: 'The archive is not current' },
        detail:
          error.state === 'writing'
            ? 'It is being written. Try again in some minutes.'
            : 'Its time is over, or another one has replaced it: its object is being deleted.',
      };
    case 'archive_damaged':
      return {
        ...{ status: 409, code: error.kind, title: 'The archive is damaged', extra: { id: error.id } },
        detail: `The object of ${error.id} is not there, or is not what it was. Verify it to see what is wrong.`,
      };
    case 'database_nearly_full':
      return {
        ...{ status: 409, code: error.kind, title: 'The database is nearly full' },
        detail: 'Nothing is brought back into it until there is room. Searches read archives where they lie.',
      };
    case 'too_many_holds':
      return {
        ...{ status: 409, code: error.kind, title: 'Too many legal holds' },
        detail: `A project can have ${error.most} holds in force. Release one that is over first.`,
      };
    default:
      return unreachable(error);
  }
}
