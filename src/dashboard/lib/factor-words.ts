import type { FactorCounts } from '../api/types.ts';
import { plural } from './format.ts';

/** `an authenticator app and 2 passkeys`; null where there is neither. */
export function factorWords({ totp, passkeys }: FactorCounts): string | null {
  const parts = [...(totp ? ['an authenticator app'] : []), ...(passkeys > 0 ? [plural(passkeys, 'passkey')] : [])];
  return parts.length === 0 ? null : parts.join(' and ');
}
