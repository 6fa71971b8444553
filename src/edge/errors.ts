import { type ProjectError, projectProblem } from '../projects/index.ts';
import { invalidInput, notYetEffective, type Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';

export type EdgeError =
  | { kind: 'project'; error: ProjectError }
  | { kind: 'invalid'; errors: { pointer: string; reason: string }[] }
  /** Somebody else changed the rules since the version that this change was made from. */
  | { kind: 'browser_rules_changed'; version: number }
  | { kind: 'browser_rules_pending' };

export function edgeProblem(error: EdgeError): Problem {
  switch (error.kind) {
    case 'project':
      return projectProblem(error.error);
    case 'invalid':
      return invalidInput(error.errors);
    case 'browser_rules_changed':
      return {
        status: 409,
        code: error.kind,
        title: 'The rules have changed',
        detail: `The rules are at version ${error.version} by now. Read them again and repeat the change with that version.`,
        extra: { version: error.version },
      };
    case 'browser_rules_pending':
      return notYetEffective(
        error.kind,
        'The rules are stored, but who reads by them could not be told. Repeat the request, or wait some minutes.',
      );
    default:
      return unreachable(error);
  }
}
