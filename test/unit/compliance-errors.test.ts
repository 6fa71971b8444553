import { describe, expect, it } from 'vitest';
import errorDocs from '../../docs/errors.md?raw';
import { type ComplianceError, complianceProblem } from '../../src/compliance/errors.ts';

const ERRORS: { [K in ComplianceError['kind']]: [ComplianceError & { kind: K }, number, string] } = {
  auth: [{ kind: 'auth', error: { kind: 'step_up_required' } }, 403, 'step_up_required'],
  project: [{ kind: 'project', error: { kind: 'not_found' } }, 404, 'not_found'],
  read: [{ kind: 'read', error: { kind: 'store_away' } }, 503, 'store_away'],
  invalid: [{ kind: 'invalid', errors: [{ pointer: '/title', reason: 'why' }] }, 400, 'invalid_input'],
  breach_not_found: [{ kind: 'breach_not_found' }, 404, 'not_found'],
  clock_not_found: [{ kind: 'clock_not_found' }, 404, 'not_found'],
  regime_not_found: [{ kind: 'regime_not_found' }, 404, 'not_found'],
  template_not_found: [{ kind: 'template_not_found' }, 404, 'not_found'],
  breach_changed: [{ kind: 'breach_changed', version: 3 }, 409, 'breach_changed'],
  regime_changed: [{ kind: 'regime_changed', version: 3 }, 409, 'regime_changed'],
  template_changed: [{ kind: 'template_changed', version: 3 }, 409, 'template_changed'],
  breach_resolved: [{ kind: 'breach_resolved' }, 409, 'breach_resolved'],
  clocks_open: [{ kind: 'clocks_open', clocks: ['gdpr.authority_72h'] }, 409, 'clocks_open'],
  affected_in_work: [{ kind: 'affected_in_work' }, 409, 'affected_in_work'],
  regime_built_in: [{ kind: 'regime_built_in' }, 409, 'regime_built_in'],
  template_built_in: [{ kind: 'template_built_in' }, 409, 'template_built_in'],
  too_many: [{ kind: 'too_many', what: 'templates', most: 3 }, 409, 'too_many'],
  nobody_affected: [{ kind: 'nobody_affected' }, 409, 'nobody_affected'],
  not_notifying: [{ kind: 'not_notifying' }, 409, 'not_notifying'],
  deletion_not_found: [{ kind: 'deletion_not_found' }, 404, 'not_found'],
  hold_not_found: [{ kind: 'hold_not_found' }, 404, 'not_found'],
  deletion_exists: [{ kind: 'deletion_exists', id: 'del_1' }, 409, 'deletion_exists'],
  deletion_begun: [{ kind: 'deletion_begun' }, 409, 'deletion_begun'],
  deletion_ended: [{ kind: 'deletion_ended' }, 409, 'deletion_ended'],
  already_held: [{ kind: 'already_held' }, 409, 'already_held'],
  already_erased: [{ kind: 'already_erased' }, 409, 'already_erased'],
  not_executed: [{ kind: 'not_executed' }, 409, 'not_executed'],
};

describe('every refusal of registers of compliance', () => {
  it.each(Object.values(ERRORS))('%j has its status, its code and a place in the documents', (error, status, code) => {
    const problem = complianceProblem(error);
    expect([problem.status, problem.code]).toEqual([status, code]);
    expect(errorDocs).toContain(`### ${code}\n`);
  });

  it.each([ERRORS.breach_changed, ERRORS.regime_changed, ERRORS.template_changed])(
    'of an overtaken change says the newest version: %j',
    (...[error]) => {
      expect(complianceProblem(error).extra).toEqual({ version: 3 });
    },
  );
});
