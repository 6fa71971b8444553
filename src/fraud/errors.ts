import { type IngestError, ingestProblem } from '../ingest/index.ts';
import { type ProjectError, projectProblem } from '../projects/index.ts';
import { invalidInput, NOT_FOUND, type Problem, STORE_AWAY } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';

/** Every way in which the fraud routes refuse. */
export type FraudError =
  /** Of the key, its limits and its project. */
  | { kind: 'sender'; error: IngestError }
  | { kind: 'project'; error: ProjectError }
  /** A body or parameter that cannot be used, as it is answered. */
  | { kind: 'input'; problem: Problem }
  | { kind: 'no_user' }
  /** Also for an event of another project, and for one that was forgotten after 90 days. */
  | { kind: 'event_not_found' }
  | { kind: 'too_many_references'; limit: number }
  | { kind: 'object_away' };

export function fraudProblem(error: FraudError): Problem {
  switch (error.kind) {
    case 'sender':
      return ingestProblem(error.error);
    case 'project':
      return projectProblem(error.error);
    case 'input':
      return error.problem;
    case 'no_user':
      return invalidInput([{ pointer: '/userId', reason: 'is missing, and the request has no live fraud session' }]);
    case 'event_not_found':
      return NOT_FOUND;
    case 'too_many_references':
      return {
        status: 409,
        code: 'reference_limit',
        title: 'The user has too many references',
        detail: `A user may have ${error.limit} different references of each type. Nothing of this request was stored.`,
      };
    case 'object_away':
      return STORE_AWAY;
    default:
      return unreachable(error);
  }
}
