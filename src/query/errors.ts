import { type LimitError, limitProblem } from '../limits/index.ts';
import { type ProjectError, projectProblem } from '../projects/index.ts';
import { invalidInput, NOT_FOUND, type Problem, STORE_AWAY } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';
import type { QueryError } from './language/ast.ts';

/** Every way in which the read side refuses. */
export type ReadError =
  | { kind: 'project'; error: ProjectError }
  | { kind: 'limit'; error: LimitError }
  | { kind: 'invalid_input'; errors: { pointer: string; reason: string }[] }
  | { kind: 'invalid_query'; error: QueryError }
  | { kind: 'record_not_found' }
  /** Not among the blocks that one request may read to find a record by its id. */
  | { kind: 'record_not_reached' }
  | { kind: 'search_not_found' }
  | { kind: 'trace_not_found' }
  | { kind: 'error_group_not_found' }
  | { kind: 'session_not_found' }
  | { kind: 'too_many_searches'; limit: number }
  /** So many blocks overlap in time that not even the first page could be made within the hard budget. */
  | { kind: 'query_too_broad'; limitBytes: number }
  /** The index names a block that is not there, or not what it should be; its records are of [fromMs, toMs). */
  | { kind: 'block_unreadable'; fromMs: number; toMs: number }
  /** A journal, the database or the bucket did not answer. */
  | { kind: 'store_away' };

export function readProblem(error: ReadError): Problem {
  switch (error.kind) {
    case 'project':
      return projectProblem(error.error);
    case 'limit':
      return limitProblem(error.error);
    case 'invalid_input':
      return invalidInput(error.errors);
    case 'invalid_query': {
      const finding = { pointer: '/q', ...error.error };
      const detail = `Character ${finding.position + 1}: ${finding.reason}.`;
      return {
        ...problem(400, error.kind, 'The search cannot be understood', detail),
        errors: [finding],
        extra: { ...error.error },
      };
    }
    case 'record_not_found':
      return { ...NOT_FOUND, detail: 'No record of this project has that id. It may be past its retention.' };
    case 'record_not_reached':
      return problem(
        422,
        error.kind,
        'The record was not reached',
        'It is not among the records that arrived soon after its id was given. Name its time as ts, or search for its id within a range.',
      );
    case 'trace_not_found':
      return {
        ...NOT_FOUND,
        detail:
          'No record of the searched time carries that trace id. Name a time of the trace as around to look there.',
      };
    case 'error_group_not_found':
      return { ...NOT_FOUND, detail: 'No error of this project has that fingerprint.' };
    case 'session_not_found':
      return { ...NOT_FOUND, detail: 'No record of the searched time has that session id.' };
    case 'search_not_found':
      return { ...NOT_FOUND, detail: 'No saved search of this project has that id.' };
    case 'too_many_searches':
      return problem(
        409,
        error.kind,
        'Too many saved searches',
        `A project can have ${error.limit} saved searches. Delete one first.`,
      );
    case 'query_too_broad':
      return problem(
        422,
        error.kind,
        'The search reads too much at once',
        `More than ${error.limitBytes} bytes of records lie at one moment of the range. Choose a stream, a shorter range or more selective words.`,
      );
    case 'block_unreadable':
      return {
        ...problem(
          500,
          error.kind,
          'A part of the history cannot be read',
          'An archive or a block of the range is missing or damaged. What lies outside of fromMs and toMs can be searched; an administrator verifies the archive.',
        ),
        extra: { fromMs: error.fromMs, toMs: error.toMs },
      };
    case 'store_away':
      return STORE_AWAY;
    default:
      return unreachable(error);
  }
}

function problem(status: Problem['status'], code: string, title: string, detail: string): Problem {
  return { status, code, title, detail };
}
