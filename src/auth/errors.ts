import { forbidden, invalidInput, NOT_FOUND, type Problem, UNAUTHENTICATED } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';
import type { Factor, RequestOptions } from './factors/index.ts';

/** Every way in which sign-in, sessions and users refuse. */
export type AuthError =
  | { kind: 'unauthenticated' }
  | { kind: 'forbidden'; detail: string }
  | { kind: 'not_found' }
  | { kind: 'invalid_input'; pointer: string; reason: string }
  | { kind: 'invalid_credentials' }
  | { kind: 'login_throttled'; retryAfterMs: number }
  /** `passkey` is what the browser's authenticator is asked with; null where the user has none. */
  | { kind: 'second_factor_required'; challenge: string; methods: readonly Factor[]; passkey: RequestOptions | null }
  | { kind: 'second_factor_failed' }
  | { kind: 'second_factor_needed'; methods: readonly Factor[] }
  | { kind: 'passkey_refused' }
  | { kind: 'challenge_invalid' }
  | { kind: 'totp_already_on' }
  | { kind: 'totp_not_started' }
  | { kind: 'no_second_factor' }
  | { kind: 'passkey_not_added' }
  | { kind: 'insecure_transport' }
  | { kind: 'duplicate_session_cookie' }
  | { kind: 'cross_site_request' }
  | { kind: 'csrf_failed' }
  | { kind: 'step_up_required' }
  | { kind: 'invalid_setup_token' }
  | { kind: 'not_an_administrator' }
  | { kind: 'username_taken' }
  | { kind: 'last_admin' }
  | { kind: 'revocation_pending' };

export function authProblem(error: AuthError): Problem {
  switch (error.kind) {
    case 'unauthenticated':
      return UNAUTHENTICATED;
    case 'forbidden':
      return forbidden(error.detail);
    case 'not_found':
      return NOT_FOUND;
    case 'invalid_input':
      return invalidInput([{ pointer: error.pointer, reason: error.reason }]);
    case 'invalid_credentials':
      return problem(
        401,
        error.kind,
        'Wrong name or password',
        'The name, the password or both are wrong, or the account is disabled.',
      );
    case 'login_throttled':
      return {
        ...problem(429, error.kind, 'Too many attempts', 'There were too many failed attempts. Wait and try again.'),
        retryAfterSeconds: error.retryAfterMs / 1000,
      };
    case 'second_factor_required': {
      const { challenge, methods, passkey } = error;
      return {
        ...problem(
          401,
          error.kind,
          'Second factor needed',
          'The password is right. Send the challenge with a code or a passkey to POST /api/auth/login/second-factor.',
        ),
        extra: { challenge, methods, ...(passkey === null ? {} : { passkey }) },
      };
    }
    case 'second_factor_needed':
      return {
        ...problem(
          403,
          error.kind,
          'The password is not enough',
          'This account has a second factor: send a code or a passkey to POST /api/auth/step-up instead.',
        ),
        extra: { methods: error.methods },
      };
    case 'second_factor_failed':
      return problem(
        401,
        error.kind,
        'Second factor not accepted',
        'The code is wrong or was used before, or the passkey is not one of this user.',
      );
    case 'passkey_refused':
      return problem(
        401,
        error.kind,
        'Passkey not accepted',
        'The passkey is not known here, could not be verified, or its user is disabled.',
      );
    case 'challenge_invalid':
      return problem(
        400,
        error.kind,
        'Begin again',
        'The challenge is unknown, used, older than five minutes, tried too often or not for this. Ask for a new one.',
      );
    case 'totp_already_on':
      return problem(
        409,
        error.kind,
        'Already on',
        'An authenticator app is set up. Turn it off before another is set up.',
      );
    case 'totp_not_started':
      return problem(
        409,
        error.kind,
        'Nothing to confirm',
        'No authenticator app is waiting to be confirmed. Begin with POST /api/auth/factors/totp.',
      );
    case 'no_second_factor':
      return problem(
        409,
        error.kind,
        'No second factor',
        'Recovery codes stand in for a second factor that is lost. Set up an authenticator app or a passkey first.',
      );
    case 'passkey_not_added':
      return problem(
        409,
        error.kind,
        'Passkey not added',
        'This passkey is registered already, or there are 20 of them. Remove one first.',
      );
    case 'step_up_required':
      return problem(
        403,
        error.kind,
        'Prove that it is you',
        'This needs a recent sign-in. Send your password, or your second factor, to POST /api/auth/step-up, and repeat the request.',
      );
    case 'insecure_transport':
      return problem(
        403,
        error.kind,
        'Sign-in needs HTTPS',
        'Neither passwords nor session cookies are taken over plain HTTP, except by this machine itself.',
      );
    case 'duplicate_session_cookie':
      return problem(
        400,
        error.kind,
        'Two session cookies',
        'The request carries two session cookies. Clear the cookies of this site.',
      );
    case 'cross_site_request':
      return problem(
        403,
        error.kind,
        'Request from another site',
        'Changes by cookie are accepted from the pages of this origin only.',
      );
    case 'csrf_failed':
      return problem(
        403,
        error.kind,
        'CSRF token missing or wrong',
        'Send the csrf value of login, refresh or /me as X-CSRF-Token.',
      );
    case 'invalid_setup_token':
      return problem(
        401,
        error.kind,
        'Wrong setup token',
        'The Authorization header must carry the SETUP_TOKEN of this deployment.',
      );
    case 'not_an_administrator':
      return problem(
        409,
        error.kind,
        'Not an administrator',
        'Recovery resets administrators only; this user has another role.',
      );
    case 'username_taken':
      return problem(
        409,
        error.kind,
        'Name is taken',
        'Another user has this name. Names are told apart without regard to case.',
      );
    case 'last_admin':
      return problem(
        409,
        error.kind,
        'Last administrator',
        'The last active administrator cannot be disabled or given another role.',
      );
    case 'revocation_pending':
      return {
        ...problem(
          503,
          error.kind,
          'Not yet effective everywhere',
          'The change is stored, but open sockets could not be told. Repeat the request, or wait: it is tried again every few minutes.',
        ),
        retryAfterSeconds: 1,
      };
    default:
      return unreachable(error);
  }
}

function problem(status: Problem['status'], code: string, title: string, detail: string): Problem {
  return { status, code, title, detail };
}
