import { describe, expect, it } from 'vitest';
import errorDocs from '../../docs/errors.md?raw';
import { type RiskError, riskProblem } from '../../src/fraud/risk-errors.ts';

/** One of each kind, so that a new one does not compile here until it is listed. */
const ERRORS: { [K in RiskError['kind']]: [Extract<RiskError, { kind: K }>, number, string] } = {
  project: [{ kind: 'project', error: { kind: 'project_disabled' } }, 403, 'project_disabled'],
  invalid: [{ kind: 'invalid', errors: [{ pointer: '/a', reason: 'is missing' }] }, 400, 'invalid_input'],
  settings_changed: [{ kind: 'settings_changed', version: 4 }, 409, 'settings_changed'],
  settings_pending: [{ kind: 'settings_pending' }, 503, 'settings_pending'],
  event_not_found: [{ kind: 'event_not_found' }, 404, 'not_found'],
  verdict_pending: [{ kind: 'verdict_pending' }, 503, 'verdict_pending'],
};

describe('each error of rules and reviews has its status, a code, a sentence, and a heading where its link leads', () => {
  it.each(Object.values(ERRORS))('%o', (error, status, code) => {
    const problem = riskProblem(error);
    expect([problem.status, problem.code]).toEqual([status, code]);
    expect(problem.detail).not.toBe('');
    expect(errorDocs).toContain(`\n### ${code}\n${status}. `);
    expect(problem.retryAfterSeconds !== undefined).toBe(status === 503);
  });
});
