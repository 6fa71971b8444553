import type { Role } from '../env.ts';
import { count, describe, page, text } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import type { FactorCounts, FactorList } from './factors/index.ts';
import type { EventPage } from './list-events.ts';
import {
  createUserSchema,
  loginSchema,
  passwordSchema,
  setupSchema,
  stepUpSchema,
  updateUserSchema,
} from './schema.ts';
import type { SetupAnswer } from './setup.ts';

/** When a session ends, and when its next secret is due. */
export interface SessionEnds {
  /** Unix ms: from then on its cookie is not accepted. */
  expiresAt: number;
  refreshAt: number;
}

export interface SignedIn extends SessionEnds {
  userId: string;
  username: string;
  role: Role;
  /** For `X-CSRF-Token`. */
  csrf: string;
  message: string;
}

export interface Refreshed extends SessionEnds {
  csrf: string;
}

export interface Me extends SessionEnds {
  userId: string;
  username: string;
  role: Role;
  /** Null is all. */
  projectIds: readonly string[] | null;
  sessionId: string;
  csrf: string;
  /** The clock of the deployment. */
  nowMs: number;
}

/** First where it was opened, then where it was last used, noted at most once a minute. */
export interface OpenSession {
  id: string;
  createdAtMs: number;
  lastSeenAtMs: number;
  expiresAtMs: number;
  userAgent: string;
  address: string;
  /** Null where the edge did not say one. */
  country: string | null;
  lastAddress: string;
  lastCountry: string | null;
  lastUserAgent: string;
  current: boolean;
}

export interface SteppedUp extends Refreshed {
  provenAt: number;
}

export interface PasswordSet extends Refreshed {
  /** They stay as they were. */
  factors: FactorList;
}

export interface User {
  id: string;
  username: string;
  role: Role;
  /** Null is all. */
  projectIds: readonly string[] | null;
  disabled: boolean;
  createdAtMs: number;
  lastLoginAtMs: number | null;
  factors: FactorCounts;
}

export interface SessionAnswers {
  'POST /api/auth/setup': SetupAnswer;
  'POST /api/auth/login': SignedIn;
  'POST /api/auth/refresh': Refreshed;
  'GET /api/auth/me': Me;
  'GET /api/auth/sessions': Page<OpenSession>;
  'GET /api/auth/events': EventPage;
  'POST /api/auth/step-up': SteppedUp;
  'POST /api/auth/password': PasswordSet;
  'GET /api/users': Page<User>;
  'POST /api/users': User;
  'PATCH /api/users/:id': User;
}

const USER = { username: 'nora', password: 'correct horse battery staple', role: 'viewer' };
/** How every way of signing in may refuse. */
export const SIGN_IN_CODES =
  'insecure_transport cross_site_request duplicate_session_cookie login_throttled invalid_credentials';

export default describe<SessionAnswers>('Sign-in', {
  'POST /api/auth/setup': {
    summary: 'Create the first administrator, or recover one',
    more: 'With `Authorization: Bearer <SETUP_TOKEN>`. Recovery takes the second factors away and ends the sessions. 404 where SETUP_TOKEN is not set.',
    ...{ access: 'public', body: setupSchema, status: 201, example: { password: USER.password } },
    codes:
      'insecure_transport invalid_setup_token not_an_administrator username_taken not_found login_throttled revocation_pending',
  },
  'POST /api/auth/login': {
    summary: 'Sign in with name and password',
    more: 'Sets the cookies of the session. 401 `second_factor_required` has `challenge` and `methods`, where the user has a second factor.',
    ...{ access: 'public', body: loginSchema, example: { username: 'nora', password: USER.password } },
    codes: `${SIGN_IN_CODES} second_factor_required`,
  },
  'POST /api/auth/refresh': { summary: 'A new secret for the session', access: 'session' },
  'POST /api/auth/logout': { summary: 'End this session', access: 'session', codes: 'revocation_pending' },
  'POST /api/auth/revoke-all': {
    ...{ summary: 'End every session of the caller', access: 'session', codes: 'revocation_pending' },
  },
  'GET /api/auth/me': { summary: 'Who is signed in', access: 'session' },
  'GET /api/auth/sessions': { summary: 'Open sessions of the caller', access: 'session', query: page() },
  'GET /api/auth/events': {
    summary: 'The sign-in history of the caller, newest first',
    access: 'session',
    query: { limit: count(1, 200, 50, 'How many items at most.'), cursor: text('`nextCursor` of the page before.') },
  },
  'DELETE /api/auth/sessions/:id': { summary: 'End a session', access: 'session', codes: 'revocation_pending' },
  'POST /api/auth/step-up': {
    summary: 'Prove again who it is',
    more: 'For 30 minutes the session may do what asks for a recent proof.',
    ...{ access: 'session', body: stepUpSchema, example: { password: USER.password } },
    codes: 'invalid_credentials second_factor_failed second_factor_needed challenge_invalid login_throttled',
  },
  'POST /api/auth/password': {
    summary: 'Change the password',
    more: 'A new session in place of all others. Who has a second factor needs a proof of the last 30 minutes.',
    ...{ access: 'session', body: passwordSchema },
    codes: 'invalid_credentials login_throttled step_up_required revocation_pending',
  },
  'GET /api/users': { summary: 'Users', access: 'admins', query: page() },
  'POST /api/users': {
    ...{ summary: 'Create a user', access: 'admins', proof: true, body: createUserSchema, status: 201, example: USER },
    codes: 'username_taken',
  },
  'PATCH /api/users/:id': {
    summary: 'Change a user',
    more: 'Ends the sessions of that user. `resetFactors` takes second factors and passkeys away.',
    ...{ access: 'admins', proof: true, body: updateUserSchema, example: { disabled: false } },
    codes: 'last_admin revocation_pending',
  },
});
