export type Factor = 'totp' | 'recovery' | 'passkey';

/** Where a passkey is made and used: browsers show it on its host alone (WebAuthn 5.1.2), and sign the origin that asked. */
export interface Site {
  rpId: string;
  origin: string;
}

export function siteOf(url: URL): Site {
  return { rpId: url.hostname, origin: url.origin };
}

export interface PasskeyRow {
  id: string;
  /** Base64url. */
  credentialId: string;
  userId: string;
  publicKey: Uint8Array<ArrayBuffer>;
  transports: readonly string[];
  name: string;
  backedUp: boolean;
  counter: number;
  createdAtMs: number;
  lastUsedAtMs: number | null;
}

/** What a user has set up. */
export interface Factors {
  totpEnabledAtMs: number | null;
  recoveryCodesLeft: number;
  passkeys: readonly PasskeyRow[];
}

/** What an administrator is told of somebody's factors: how many, and not which. */
export interface FactorCounts {
  totp: boolean;
  passkeys: number;
}

/** Recovery codes alone are none: they stand in for a factor that is lost. */
export function hasFactor({ totpEnabledAtMs, passkeys }: Factors): boolean {
  return totpEnabledAtMs !== null || passkeys.length > 0;
}

export function methodsOf({ totpEnabledAtMs, recoveryCodesLeft, passkeys }: Factors): Factor[] {
  const methods: Factor[] = [];
  if (totpEnabledAtMs !== null) methods.push('totp');
  if (recoveryCodesLeft > 0) methods.push('recovery');
  if (passkeys.length > 0) methods.push('passkey');
  return methods;
}
