import type { Tone } from './account-verdict.ts';

interface EventWords {
  text: string;
  tone: Tone;
}

const WORDS: Readonly<Record<string, EventWords>> = {
  'session.login': { text: 'Signed in', tone: 'ok' },
  'session.login_failed': { text: 'Sign-in failed', tone: 'warn' },
  'session.login_refused': { text: 'Sign-in refused', tone: 'warn' },
  'session.replace': { text: 'Signed in again in the same browser', tone: 'info' },
  'session.logout': { text: 'Signed out', tone: 'info' },
  'session.revoke': { text: 'Ended a session', tone: 'info' },
  'session.revoke_all': { text: 'Signed out everywhere', tone: 'info' },
  'session.moved': { text: 'A session went on from another place or browser', tone: 'warn' },
  'session.reuse_detected': { text: 'An old copy of a session was used; the session was ended', tone: 'bad' },
  'session.step_up': { text: 'Confirmed who you are', tone: 'ok' },
  'session.step_up_failed': { text: 'A confirmation failed', tone: 'warn' },
  'session.second_factor_asked': { text: 'The password was right; asked for the second factor', tone: 'info' },
  'session.second_factor_failed': { text: 'The password was right, the second factor was not', tone: 'warn' },
  'factor.totp_start': { text: 'Began to set up an authenticator app', tone: 'info' },
  'factor.totp_enable': { text: 'Turned the authenticator app on', tone: 'ok' },
  'factor.totp_disable': { text: 'Turned the authenticator app off', tone: 'warn' },
  'factor.recovery_codes_renew': { text: 'Made new recovery codes', tone: 'info' },
  'factor.recovery_code_use': { text: 'Used a recovery code', tone: 'warn' },
  'factor.passkey_add': { text: 'Added a passkey', tone: 'ok' },
  'factor.passkey_remove': { text: 'Removed a passkey', tone: 'warn' },
  'factor.passkey_counter_refused': { text: 'A passkey was refused because it may be a copy', tone: 'bad' },
  'user.reset_factors': { text: 'An administrator took all second factors away', tone: 'warn' },
  'user.change_password': { text: 'Changed the password', tone: 'info' },
  'user.change_password_failed': { text: 'A change of password failed', tone: 'warn' },
  'user.setup': { text: 'The account was set up', tone: 'info' },
  'user.recover': { text: 'The password was reset with the setup token', tone: 'warn' },
  'user.create': { text: 'The account was created', tone: 'info' },
  'user.update': { text: 'An administrator changed the account', tone: 'info' },
};

/** What happened, for the person whose account it is. An action that is not known here shows its name. */
export function eventWords(action: string): EventWords {
  return Object.hasOwn(WORDS, action) ? (WORDS[action] as EventWords) : { text: action, tone: 'info' };
}
