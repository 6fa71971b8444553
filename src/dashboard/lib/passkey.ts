/** The browser's half of WebAuthn (Web Authentication, level 3). */
export type PasskeyOutcome =
  | { kind: 'ok'; credential: unknown }
  /** Closed, or nobody answered in time; browsers do not tell the two apart. */
  | { kind: 'cancelled' }
  | { kind: 'failed'; sentence: string };

/** Level 3 brought the JSON forms of options and answers; without them there is no passkey here. */
export function hasPasskeys(): boolean {
  return (
    typeof PublicKeyCredential === 'function' &&
    'parseRequestOptionsFromJSON' in PublicKeyCredential &&
    'parseCreationOptionsFromJSON' in PublicKeyCredential &&
    'toJSON' in PublicKeyCredential.prototype
  );
}

export function usePasskey(options: PublicKeyCredentialRequestOptionsJSON): Promise<PasskeyOutcome> {
  return outcomeOf(() =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  );
}

export function makePasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<PasskeyOutcome> {
  return outcomeOf(() =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  );
}

async function outcomeOf(ask: () => Promise<Credential | null>): Promise<PasskeyOutcome> {
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) return { kind: 'ok', credential: credential.toJSON() };
    return { kind: 'cancelled' };
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'NotAllowedError' || name === 'AbortError') return { kind: 'cancelled' };
    return { kind: 'failed', sentence: sentenceOf(name) };
  }
}

/** By the names of the exceptions of WebAuthn, sections 5.1.3 and 5.1.4. */
export function sentenceOf(name: string): string {
  switch (name) {
    case 'InvalidStateError':
      return 'This device already has a passkey for this account.';
    case 'SecurityError':
      return 'Passkeys do not work at this address. They need the host name that this deployment is set up for.';
    case 'NotSupportedError':
    case 'ConstraintError':
      return 'This device cannot make the kind of passkey that is needed.';
    default:
      return 'The browser could not use a passkey.';
  }
}
