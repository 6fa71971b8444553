import { describe } from '../../shared/describe.ts';
import { SIGN_IN_CODES, type SignedIn } from '../openapi.ts';
import type { FactorList, PublicPasskey } from './list-factors.ts';
import type { PasskeyOptions } from './passkey-options.ts';
import { addPasskeySchema, emptySchema, passkeyLoginSchema, secondFactorSchema, totpConfirmSchema } from './schema.ts';
import type { CreationOptions } from './webauthn.ts';

export interface TotpEnrolment {
  /** Base32. */
  secret: string;
  /** `otpauth://`, for a QR code. */
  uri: string;
}

export interface RecoveryCodes {
  /** Told this once. */
  recoveryCodes: string[];
}

export interface PasskeyRegistration {
  challenge: string;
  /** For `PublicKeyCredential.parseCreationOptionsFromJSON`. */
  options: CreationOptions;
}

export interface FactorAnswers {
  'POST /api/auth/login/second-factor': SignedIn;
  'POST /api/auth/passkeys/options': PasskeyOptions;
  'POST /api/auth/passkeys/login': SignedIn;
  'GET /api/auth/factors': FactorList;
  'POST /api/auth/factors/totp': TotpEnrolment;
  'POST /api/auth/factors/totp/confirm': RecoveryCodes;
  'POST /api/auth/factors/recovery-codes': RecoveryCodes;
  'POST /api/auth/passkeys/registration': PasskeyRegistration;
  'POST /api/auth/passkeys': PublicPasskey;
}

export default describe<FactorAnswers>('Sign-in', {
  'POST /api/auth/login/second-factor': {
    summary: 'The second step of signing in',
    more: 'With a code of the authenticator app, a recovery code or a passkey.',
    ...{ access: 'public', body: secondFactorSchema },
    codes: `${SIGN_IN_CODES} second_factor_failed challenge_invalid`,
  },
  'POST /api/auth/passkeys/options': {
    summary: 'A challenge for signing in, or a step-up, with a passkey',
    ...{ access: 'public', body: emptySchema },
    codes: SIGN_IN_CODES,
  },
  'POST /api/auth/passkeys/login': {
    ...{ summary: 'Sign in with a passkey alone', access: 'public', body: passkeyLoginSchema },
    codes: `${SIGN_IN_CODES} passkey_refused challenge_invalid`,
  },
  'GET /api/auth/factors': { summary: 'Second factors of the caller', access: 'session' },
  'POST /api/auth/factors/totp': {
    ...{ summary: 'Begin with an authenticator app', access: 'session', proof: true, codes: 'totp_already_on' },
  },
  'POST /api/auth/factors/totp/confirm': {
    summary: 'Confirm the app by a code of it',
    ...{ access: 'session', proof: true, body: totpConfirmSchema },
    codes: 'totp_not_started totp_already_on second_factor_failed login_throttled',
  },
  'DELETE /api/auth/factors/totp': { summary: 'Turn the authenticator app off', access: 'session', proof: true },
  'POST /api/auth/factors/recovery-codes': {
    ...{ summary: 'Ten new recovery codes', access: 'session', proof: true, codes: 'no_second_factor' },
  },
  'POST /api/auth/passkeys/registration': {
    ...{ summary: 'Begin with a passkey', access: 'session', proof: true, codes: 'login_throttled' },
  },
  'POST /api/auth/passkeys': {
    ...{ summary: 'Add a passkey', access: 'session', proof: true, body: addPasskeySchema, status: 201 },
    codes: 'passkey_not_added challenge_invalid',
  },
  'DELETE /api/auth/passkeys/:id': { summary: 'Remove a passkey', access: 'session', proof: true },
});
