import { type ProjectError, projectProblem } from '../projects/index.ts';
import { invalidInput, NOT_FOUND, notYetEffective, type Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';

/** Every way in which rules, reviews and verdicts refuse. */
export type RiskError =
  | { kind: 'project'; error: ProjectError }
  | { kind: 'invalid'; errors: { pointer: string; reason: string }[] }
  /** Somebody else changed the settings since the version that this change was made from. */
  | { kind: 'settings_changed'; version: number }
  | { kind: 'settings_pending' }
  /** Also for an event of another project, and for one that was forgotten after 90 days. */
  | { kind: 'event_not_found' }
  | { kind: 'verdict_pending' };

export function riskProblem(error: RiskError): Problem {
  switch (error.kind) {
    case 'project':
      return projectProblem(error.error);
    case 'invalid':
      return invalidInput(error.errors);
    case 'settings_changed':
      return {
        status: 409,
        code: error.kind,
        title: 'The settings have changed',
        detail: `The rules are at version ${error.version} by now. Read them again and repeat the change with that version.`,
        extra: { version: error.version },
      };
    case 'settings_pending':
      return notYetEffective(
        error.kind,
        'The rules are stored, but who scores by them could not be told. Repeat the request, or wait some minutes.',
      );
    case 'event_not_found':
      return NOT_FOUND;
    case 'verdict_pending':
      return notYetEffective(
        error.kind,
        'The verdict is stored, but who scores by it could not be told. Repeat the request, or wait some minutes.',
      );
    default:
      return unreachable(error);
  }
}
