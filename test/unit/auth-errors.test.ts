import { describe, expect, it } from 'vitest';
import errorDocs from '../../docs/errors.md?raw';
import { type AuthError, authProblem } from '../../src/auth/index.ts';
import { type ProjectError, projectProblem } from '../../src/projects/index.ts';

const AUTH: { [K in AuthError['kind']]: [AuthError & { kind: K }, number] } = {
  unauthenticated: [{ kind: 'unauthenticated' }, 401],
  forbidden: [{ kind: 'forbidden', detail: 'why' }, 403],
  not_found: [{ kind: 'not_found' }, 404],
  invalid_input: [{ kind: 'invalid_input', pointer: '/x', reason: 'why' }, 400],
  invalid_credentials: [{ kind: 'invalid_credentials' }, 401],
  login_throttled: [{ kind: 'login_throttled', retryAfterMs: 1 }, 429],
  second_factor_required: [
    { kind: 'second_factor_required', challenge: 'c', methods: ['totp', 'recovery'], passkey: null },
    401,
  ],
  second_factor_needed: [{ kind: 'second_factor_needed', methods: ['totp'] }, 403],
  second_factor_failed: [{ kind: 'second_factor_failed' }, 401],
  passkey_refused: [{ kind: 'passkey_refused' }, 401],
  challenge_invalid: [{ kind: 'challenge_invalid' }, 400],
  totp_already_on: [{ kind: 'totp_already_on' }, 409],
  totp_not_started: [{ kind: 'totp_not_started' }, 409],
  no_second_factor: [{ kind: 'no_second_factor' }, 409],
  passkey_not_added: [{ kind: 'passkey_not_added' }, 409],
  insecure_transport: [{ kind: 'insecure_transport' }, 403],
  duplicate_session_cookie: [{ kind: 'duplicate_session_cookie' }, 400],
  cross_site_request: [{ kind: 'cross_site_request' }, 403],
  csrf_failed: [{ kind: 'csrf_failed' }, 403],
  step_up_required: [{ kind: 'step_up_required' }, 403],
  invalid_setup_token: [{ kind: 'invalid_setup_token' }, 401],
  not_an_administrator: [{ kind: 'not_an_administrator' }, 409],
  username_taken: [{ kind: 'username_taken' }, 409],
  last_admin: [{ kind: 'last_admin' }, 409],
  revocation_pending: [{ kind: 'revocation_pending' }, 503],
};

const PROJECTS: { [K in ProjectError['kind']]: [ProjectError & { kind: K }, number] } = {
  unauthenticated: [{ kind: 'unauthenticated' }, 401],
  forbidden: [{ kind: 'forbidden', detail: 'why' }, 403],
  not_found: [{ kind: 'not_found' }, 404],
  invalid_input: [{ kind: 'invalid_input', errors: [{ pointer: '/project', reason: 'is missing' }] }, 400],
  project_disabled: [{ kind: 'project_disabled' }, 403],
  key_invalid: [{ kind: 'key_invalid' }, 401],
  key_revoked: [{ kind: 'key_revoked' }, 401],
  key_already_revoked: [{ kind: 'key_already_revoked' }, 409],
  revocation_pending: [{ kind: 'revocation_pending' }, 503],
};

describe('each error has its status, a code of its name, and a heading where its link leads', () => {
  const problems = [
    ...Object.values(AUTH).map(([error, status]) => ({ kind: error.kind, status, problem: authProblem(error) })),
    ...Object.values(PROJECTS).map(([error, status]) => ({ kind: error.kind, status, problem: projectProblem(error) })),
  ];
  it.each(problems)('$kind', ({ kind, status, problem }) => {
    expect([problem.code, problem.status]).toEqual([kind, status]);
    expect(errorDocs).toContain(`\n### ${kind}\n${status}. `);
  });
});
