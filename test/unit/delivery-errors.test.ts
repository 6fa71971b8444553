import { describe, expect, it } from 'vitest';
import errorDocs from '../../docs/errors.md?raw';
import { type DeliveryError, deliveryProblem } from '../../src/delivery/errors.ts';

const ERRORS: { [K in DeliveryError['kind']]: [DeliveryError & { kind: K }, number, string] } = {
  project: [{ kind: 'project', error: { kind: 'project_disabled' } }, 403, 'project_disabled'],
  invalid: [{ kind: 'invalid', errors: [{ pointer: '/url', reason: 'why' }] }, 400, 'invalid_input'],
  not_found: [{ kind: 'not_found' }, 404, 'not_found'],
  destination_changed: [{ kind: 'destination_changed', version: 3 }, 409, 'destination_changed'],
  too_many_destinations: [{ kind: 'too_many_destinations', limit: 100 }, 409, 'too_many_destinations'],
  destination_pending: [{ kind: 'destination_pending' }, 503, 'destination_pending'],
  destination_away: [{ kind: 'destination_away' }, 503, 'destination_away'],
  step_up_required: [{ kind: 'step_up_required' }, 403, 'step_up_required'],
  template_failed: [{ kind: 'template_failed', reason: 'why', position: 3 }, 422, 'template_failed'],
};

describe('every refusal of destinations and deliveries', () => {
  it.each(Object.values(ERRORS))('%j has its status, its code and a place in the documents', (error, status, code) => {
    const problem = deliveryProblem(error);
    expect([problem.status, problem.code]).toEqual([status, code]);
    expect(problem.retryAfterSeconds !== undefined).toBe(status === 503);
    expect(errorDocs).toContain(`### ${code}\n`);
  });
});
