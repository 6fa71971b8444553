import { type ProjectError, projectProblem } from '../projects/index.ts';
import { invalidInput, type Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';

export type ReleaseError =
  | { kind: 'project'; error: ProjectError }
  | { kind: 'invalid_input'; errors: { pointer: string; reason: string }[] }
  | { kind: 'release_in_future' }
  | { kind: 'too_many_releases'; limit: number };

export function releaseProblem(error: ReleaseError): Problem {
  switch (error.kind) {
    case 'project':
      return projectProblem(error.error);
    case 'invalid_input':
      return invalidInput(error.errors);
    case 'release_in_future':
      return invalidInput([{ pointer: '/atMs', reason: 'is more than 24 h in the future' }]);
    case 'too_many_releases':
      return {
        status: 409,
        code: error.kind,
        title: 'Too many releases',
        detail: `A project can announce ${error.limit} releases.`,
      };
    default:
      return unreachable(error);
  }
}
