import type { ApiError } from '../api/http.ts';

export type FactorMethod = 'totp' | 'recovery' | 'passkey';

/** The password was right, and the server wants one more proof. */
export interface SecondFactor {
  challenge: string;
  methods: readonly FactorMethod[];
  /** null where no passkey can be used. */
  passkey: PublicKeyCredentialRequestOptionsJSON | null;
}

/** null for every other refusal. */
export function secondFactorOf(error: ApiError): SecondFactor | null {
  if (error.kind !== 'problem' || error.code !== 'second_factor_required') return null;
  const { challenge, methods, passkey } = error.members;
  if (typeof challenge !== 'string' || !Array.isArray(methods)) return null;
  return {
    challenge,
    methods: methods.filter(isMethod),
    // Made for the browser, which checks it itself.
    passkey:
      typeof passkey === 'object' && passkey !== null ? (passkey as PublicKeyCredentialRequestOptionsJSON) : null,
  };
}

function isMethod(value: unknown): value is FactorMethod {
  return value === 'totp' || value === 'recovery' || value === 'passkey';
}

/** Digits as people write them, in groups. A recovery code keeps its letters. */
export function codeOf(typed: string): string {
  return typed.replace(/\s/g, '');
}
