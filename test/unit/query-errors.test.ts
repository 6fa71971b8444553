import { describe, expect, it } from 'vitest';
import errorDocs from '../../docs/errors.md?raw';
import { type ReadError, readProblem } from '../../src/query/errors.ts';

const ERRORS: { [K in ReadError['kind']]: [ReadError & { kind: K }, number, string] } = {
  project: [{ kind: 'project', error: { kind: 'project_disabled' } }, 403, 'project_disabled'],
  limit: [
    { kind: 'limit', error: { kind: 'rate_limited', rate: 'query', limit: 5, retryAfterSeconds: 7 } },
    429,
    'rate_limited',
  ],
  invalid_input: [{ kind: 'invalid_input', errors: [{ pointer: '/x', reason: 'why' }] }, 400, 'invalid_input'],
  invalid_query: [{ kind: 'invalid_query', error: { position: 3, length: 2, reason: 'why' } }, 400, 'invalid_query'],
  record_not_found: [{ kind: 'record_not_found' }, 404, 'not_found'],
  record_not_reached: [{ kind: 'record_not_reached' }, 422, 'record_not_reached'],
  trace_not_found: [{ kind: 'trace_not_found' }, 404, 'not_found'],
  error_group_not_found: [{ kind: 'error_group_not_found' }, 404, 'not_found'],
  session_not_found: [{ kind: 'session_not_found' }, 404, 'not_found'],
  search_not_found: [{ kind: 'search_not_found' }, 404, 'not_found'],
  too_many_searches: [{ kind: 'too_many_searches', limit: 1 }, 409, 'too_many_searches'],
  query_too_broad: [{ kind: 'query_too_broad', limitBytes: 1 }, 422, 'query_too_broad'],
  block_unreadable: [{ kind: 'block_unreadable', fromMs: 1, toMs: 2 }, 500, 'block_unreadable'],
  store_away: [{ kind: 'store_away' }, 503, 'store_away'],
};

describe('each error of the read side has its status, a code, and a heading where its link leads', () => {
  it.each(Object.values(ERRORS))('%o', (error, status, code) => {
    const problem = readProblem(error);
    expect([problem.status, problem.code]).toEqual([status, code]);
    expect(problem.detail).not.toBe('');
    expect(errorDocs).toContain(`\n### ${code}\n`);
    if (status === 503 || status === 429) expect(problem.retryAfterSeconds).toBeGreaterThan(0);
  });

  it('points into the search', () => {
    const [error] = ERRORS.invalid_query;
    expect(readProblem(error).errors).toEqual([{ pointer: '/q', position: 3, length: 2, reason: 'why' }]);
  });
});
