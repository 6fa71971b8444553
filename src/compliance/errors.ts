import { type AuthError, authProblem } from '../auth/index.ts';
import { type ProjectError, projectProblem } from '../projects/index.ts';
import { type ReadError, readProblem } from '../query/index.ts';
import { invalidInput, NOT_FOUND, type Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';

/** Every way in which registers of compliance refuse. */
export type ComplianceError =
  | { kind: 'auth'; error: AuthError }
  | { kind: 'project'; error: ProjectError }
  | { kind: 'read'; error: ReadError }
  | { kind: 'invalid'; errors: { pointer: string; reason: string }[] }
  /** Each also of a project that the caller may not administer. */
  | { kind: 'breach_not_found' }
  | { kind: 'clock_not_found' }
  | { kind: 'regime_not_found' }
  | { kind: 'template_not_found' }
  /** Somebody else changed it since the version that this change was made from. */
  | { kind: 'breach_changed'; version: number }
  | { kind: 'regime_changed'; version: number }
  | { kind: 'template_changed'; version: number }
  /** It is closed: its row does not change any more. */
  | { kind: 'breach_resolved' }
  /** Of a breach that is to be resolved. */
  | { kind: 'clocks_open'; clocks: string[] }
  | { kind: 'affected_in_work' }
  | { kind: 'regime_built_in' }
  | { kind: 'template_built_in' }
  | { kind: 'too_many'; what: string; most: number }
  | { kind: 'nobody_affected' }
  | { kind: 'not_notifying' }
  /** Each also of a project that the caller may not administer. */
  | { kind: 'deletion_not_found' }
  | { kind: 'hold_not_found' }
  /** One for the same person is open in the project. */
  | { kind: 'deletion_exists'; id: string }
  | { kind: 'deletion_begun' }
  | { kind: 'deletion_ended' }
  | { kind: 'already_held' }
  | { kind: 'already_erased' }
  | { kind: 'not_executed' };

export function complianceProblem(error: ComplianceError): Problem {
  switch (error.kind) {
    case 'auth':
      return authProblem(error.error);
    case 'project':
      return projectProblem(error.error);
    case 'read':
      return readProblem(error.error);
    case 'invalid':
      return invalidInput(error.errors);
    case 'breach_not_found':
      return { ...NOT_FOUND, detail: 'No breach has that id.' };
    case 'clock_not_found':
      return { ...NOT_FOUND, detail: 'The breach has no clock of that id.' };
    case 'regime_not_found':
      return { ...NOT_FOUND, detail: 'No regime has that id.' };
    case 'template_not_found':
      return { ...NOT_FOUND, detail: 'No template has that id.' };
    case 'breach_changed':
      return overtaken(error.kind, 'breach', error.version);
    case 'regime_changed':
      return overtaken(error.kind, 'regime', error.version);
    case 'template_changed':
      return overtaken(error.kind, 'template', error.version);
    case 'breach_resolved':
      return conflict(
        error.kind,
        'The breach is resolved',
        'What was resolved stays as it was. Open another breach for what has come to light since, and name this one in it.',
      );
    case 'clocks_open':
      return {
        ...conflict(
          error.kind,
          'Clocks have not been answered',
          `Say of each that it was done or not needed first: ${error.clocks.join(', ')}.`,
        ),
        extra: { clocks: error.clocks },
      };
    case 'affected_in_work':
      return conflict(
        error.kind,
        'Those affected are still searched for or told',
        'Wait until the searches have ended and everybody was told, or stop them.',
      );
    case 'regime_built_in':
      return conflict(
        error.kind,
        'A built-in regime does not change',
        'Make one of your own, under another id, with what is to be different.',
      );
    case 'template_built_in':
      return conflict(
        error.kind,
        'A built-in template does not change',
        'Make one of your own from it, with the words that you want.',
      );
    case 'too_many':
      return conflict(error.kind, `Too many ${error.what}`, `There can be ${error.most} ${error.what}.`);
    case 'nobody_affected':
      return conflict(
        error.kind,
        'Nobody is known to be affected',
        'Look up those affected by a search first, and wait until it has found somebody.',
      );
    case 'not_notifying':
      return conflict(error.kind, 'No notification is under way', 'There is none to stop.');
    case 'deletion_not_found':
      return { ...NOT_FOUND, detail: 'No request for deletion has that id.' };
    case 'hold_not_found':
      return { ...NOT_FOUND, detail: 'The request has no hold of that id that is in force.' };
    case 'deletion_exists':
      return {
        ...conflict(
          error.kind,
          'There is a request for this person',
          'A request for the same identity is open in this project. Go on with that one, or cancel it first.',
        ),
        extra: { id: error.id },
      };
    case 'deletion_begun':
      return conflict(
        error.kind,
        'The execution has begun',
        'What is being erased cannot be brought back: a request is cancelled before its execution begins.',
      );
    case 'deletion_ended':
      return conflict(error.kind, 'The request has ended', 'It was cancelled or carried out. Enter another one.');
    case 'already_held':
      return conflict(
        error.kind,
        'It is held already',
        'The same category and stream is held. Release that hold first.',
      );
    case 'already_erased':
      return conflict(error.kind, 'It is erased already', 'Nothing of this category is left to be held.');
    case 'not_executed':
      return conflict(error.kind, 'There is no receipt yet', 'A receipt is given once the request was carried out.');
    default:
      return unreachable(error);
  }
}

function overtaken(code: string, what: string, version: number): Problem {
  const detail = `The ${what} is at version ${version} by now. Read it again and repeat the change with that version.`;
  return { ...conflict(code, `The ${what} has changed`, detail), extra: { version } };
}

function conflict(code: string, title: string, detail: string): Problem {
  return { status: 409, code, title, detail };
}
