import { type IngestError, ingestProblem } from '../ingest/index.ts';
import { type LimitError, limitProblem } from '../limits/index.ts';
import { type ProjectError, projectProblem } from '../projects/index.ts';
import type { Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';

export type CookieError =
  | { kind: 'sender'; error: IngestError }
  | { kind: 'project'; error: ProjectError }
  | { kind: 'limit'; error: LimitError }
  /** A session that is none, bad parameters: said by those who read them. */
  | { kind: 'refused'; problem: Problem };

export function cookieProblem(error: CookieError): Problem {
  switch (error.kind) {
    case 'sender':
      return ingestProblem(error.error);
    case 'project':
      return projectProblem(error.error);
    case 'limit':
      return limitProblem(error.error);
    case 'refused':
      return error.problem;
    default:
      return unreachable(error);
  }
}
