import { type ProjectError, projectProblem } from '../projects/index.ts';
import { type ReadError, readProblem } from '../query/index.ts';
import { invalidInput, NOT_FOUND, notYetEffective, type Problem, STORE_AWAY } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';

/** Every way in which rules, silences and firings refuse. */
export type AlertError =
  | { kind: 'project'; error: ProjectError }
  | { kind: 'read'; error: ReadError }
  | { kind: 'invalid'; errors: { pointer: string; reason: string }[] }
  /** Each also of another project's. */
  | { kind: 'rule_not_found' }
  | { kind: 'silence_not_found' }
  | { kind: 'firing_not_found' }
  /** There is nothing left to take notice of. */
  | { kind: 'firing_over' }
  /** Somebody else changed the rule since the version that this change was made from. */
  | { kind: 'rule_changed'; version: number }
  | { kind: 'too_many_rules'; most: number }
  | { kind: 'too_many_silences'; most: number }
  /** Stored, and the object does not know it yet. `id`: of what was made. */
  | { kind: 'alerts_pending'; id: string | null }
  | { kind: 'alerts_away' };

export function alertProblem(error: AlertError): Problem {
  switch (error.kind) {
    case 'project':
      return projectProblem(error.error);
    case 'read':
      return readProblem(error.error);
    case 'invalid':
      return invalidInput(error.errors);
    case 'rule_not_found':
      return { ...NOT_FOUND, detail: 'No rule of this project has that id.' };
    case 'silence_not_found':
      return { ...NOT_FOUND, detail: 'No silence of this project has that id.' };
    case 'firing_not_found':
      return {
        ...NOT_FOUND,
        detail: 'No firing of this project has that id. Those that are over are kept for a while.',
      };
    case 'firing_over':
      return {
        status: 409,
        code: error.kind,
        title: 'The firing is over',
        detail: 'It ended before it was acknowledged. If the condition holds again, that is another firing.',
      };
    case 'rule_changed':
      return {
        status: 409,
        code: error.kind,
        title: 'The rule has changed',
        detail: `The rule is at version ${error.version} by now. Read it again and repeat the change with that version.`,
        extra: { version: error.version },
      };
    case 'too_many_rules':
      return tooMany(error.kind, 'Too many rules', `A project can have ${error.most} rules. Delete one first.`);
    case 'too_many_silences':
      return tooMany(
        error.kind,
        'Too many silences',
        `A project can have ${error.most} silences that have not ended. End one first.`,
      );
    case 'alerts_pending':
      return {
        ...notYetEffective(
          error.kind,
          'The change is stored, but who evaluates the rules could not be told. It will be within some minutes; what was made needs not be made again.',
        ),
        ...(error.id === null ? {} : { extra: { id: error.id } }),
      };
    case 'alerts_away':
      return STORE_AWAY;
    default:
      return unreachable(error);
  }
}

function tooMany(code: string, title: string, detail: string): Problem {
  return { status: 409, code, title, detail };
}
