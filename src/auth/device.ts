import type { Config } from '../env.ts';
import { constantTimeEqual, hmacSha256, hmacSha256Base64Url } from '../shared/hash.ts';
import { randomSecret } from '../shared/ids.ts';
import { usernameKey } from './store.ts';

const DEVICE = /^([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

/**
 * What a browser keeps after a sign-in, so that the failures of others do not lock it out: see ACCOUNT_POLICY. `<kid>.<device id>.<HMAC of
 * both and the name>` (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"): it proves a former sign-in with this name, opens
 * nothing, and needs no row. The id stays the same over sign-ins.
 */
export function deviceToken(config: Config, username: string, deviceId: string | null): string {
  const { kid, secret } = config.sessionSecrets[0];
  const id = deviceId ?? randomSecret(16);
  return `${kid}.${id}.${proof(secret, username, id)}`;
}

/** The device's id if its token is ours and was given for this name, else null. */
export function knownDevice(config: Config, username: string, token: string | null): string | null {
  const [, kid, id, mac] = DEVICE.exec(token ?? '') ?? [];
  const known = config.sessionSecrets.find((secret) => secret.kid === kid);
  if (!known || id === undefined || mac === undefined) return null;
  return constantTimeEqual(mac, proof(known.secret, username, id)) ? id : null;
}

function proof(secret: string, username: string, deviceId: string): string {
  // A key of its own, as in csrf.ts.
  return hmacSha256Base64Url(hmacSha256(secret, 'breakwater device v1'), `${deviceId}\n${usernameKey(username)}`);
}
