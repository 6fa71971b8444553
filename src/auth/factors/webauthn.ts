import type {
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { fromBase64Url, toBase64Url, utf8 } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { CHALLENGE_MS } from './challenges.ts';
import type { AssertionCredential, RegistrationCredential } from './schema.ts';
import type { PasskeyRow, Site } from './types.ts';

export type CreationOptions = PublicKeyCredentialCreationOptionsJSON;
export type RequestOptions = PublicKeyCredentialRequestOptionsJSON;

/** COSE: EdDSA, ES256, RS256; what WebAuthn 5.4 asks sites to take, and what WebCrypto of the runtime verifies. */
const ALGORITHMS = [-8, -7, -257];

/** Why a credential was not taken: for the audit row, never for who sent it. */
export interface Refusal {
  reason: string;
}

/** With the parts of X.509 and ASN.1 that it is made of: no isolate pays for them before somebody uses a passkey (ADR 34). */
const library = () => import('@simplewebauthn/server');

/** For navigator.credentials.create(): a passkey of its own account if the authenticator can, and always with PIN or biometrics. */
export async function creationOptions(
  site: Site,
  challenge: string,
  user: { id: string; username: string },
  known: readonly PasskeyRow[],
): Promise<CreationOptions> {
  const { generateRegistrationOptions } = await library();
  return generateRegistrationOptions({
    rpName: 'Breakwater',
    rpID: site.rpId,
    userName: user.username,
    userDisplayName: user.username,
    userID: utf8(user.id),
    challenge: bytesOf(challenge),
    timeout: CHALLENGE_MS,
    attestationType: 'none',
    excludeCredentials: known.map(descriptorOf),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

/** For navigator.credentials.get(): of these passkeys, or where there are none, of whatever account the person picks. */
export async function requestOptions(
  site: Site,
  challenge: string,
  of: readonly PasskeyRow[],
): Promise<RequestOptions> {
  const { generateAuthenticationOptions } = await library();
  return generateAuthenticationOptions({
    rpID: site.rpId,
    challenge: bytesOf(challenge),
    timeout: CHALLENGE_MS,
    userVerification: 'required',
    ...(of.length === 0 ? {} : { allowCredentials: of.map(descriptorOf) }),
  });
}

/** What is kept of a new passkey. WebAuthn 7.1, without attestation: which maker's device it is decides nothing here. */
export async function verifyRegistration(
  site: Site,
  challenge: string,
  credential: RegistrationCredential,
): Promise<Result<Pick<PasskeyRow, 'credentialId' | 'publicKey' | 'counter' | 'transports' | 'backedUp'>, Refusal>> {
  const foreign = embedded(credential.response.clientDataJSON);
  if (foreign) return err(foreign);
  const { transports } = credential.response;
  const { verifyRegistrationResponse } = await library();
  const done = await attempt(() =>
    verifyRegistrationResponse({
      response: { ...credential, response: { ...credential.response, transports: transportsOf(transports) } },
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (!done.ok) return done;
  if (!done.value.verified) return err({ reason: 'the attestation does not verify' });
  const { credential: made, credentialBackedUp } = done.value.registrationInfo;
  return ok({
    credentialId: made.id,
    publicKey: new Uint8Array(made.publicKey),
    counter: made.counter,
    transports,
    backedUp: credentialBackedUp,
  });
}

/**
 * WebAuthn 7.2 but for the counter, which the row decides (usePasskey), so that two requests at once are told apart, and so that only what the
 * authenticator signed is called a regression.
 */
export async function verifyAssertion(
  site: Site,
  challenge: string,
  credential: AssertionCredential,
  passkey: PasskeyRow,
): Promise<Result<{ counter: number; backedUp: boolean }, Refusal>> {
  const foreign = embedded(credential.response.clientDataJSON);
  if (foreign) return err(foreign);
  const { userHandle, ...response } = credential.response;
  if (typeof userHandle === 'string' && userHandle !== toBase64Url(utf8(passkey.userId))) {
    return err({ reason: 'the user handle is of another user' });
  }
  const { verifyAuthenticationResponse } = await library();
  const done = await attempt(() =>
    verifyAuthenticationResponse({
      response: { ...credential, response },
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
      credential: { id: passkey.credentialId, publicKey: passkey.publicKey, counter: 0 },
    }),
  );
  if (!done.ok) return done;
  if (!done.value.verified) return err({ reason: 'the signature does not verify' });
  const { newCounter, credentialBackedUp } = done.value.authenticationInfo;
  return ok({ counter: newCounter, backedUp: credentialBackedUp });
}

/** As schema.ts has it. The library names the one that was expected, which may still be live, and reasons are kept and read by others. */
const CHALLENGE = /[\w-]{43}/g;

/** The library throws a sentence for whatever is wrong with what a client sent, and decoders in it throw their own. */
async function attempt<T>(verify: () => Promise<T>): Promise<Result<T, Refusal>> {
  try {
    return ok(await verify());
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return err({ reason: cause.message.replace(CHALLENGE, '…').slice(0, 200) });
  }
}

/** A page of ours is in no frame (frame-ancestors), so a ceremony in one of another site is none that a person meant. */
function embedded(clientDataJson: string): Refusal | null {
  const bytes = fromBase64Url(clientDataJson);
  return bytes !== null && /"crossOrigin"\s*:\s*true/.test(new TextDecoder().decode(bytes))
    ? { reason: 'the ceremony was in a frame of another site' }
    : null;
}

function descriptorOf({ credentialId, transports }: PasskeyRow): {
  id: string;
  transports: AuthenticatorTransport[];
} {
  return { id: credentialId, transports: transportsOf(transports) };
}

/** Hints that go back to the browser as it gave them; it passes over those that it does not know (WebAuthn 5.8.4). */
function transportsOf(transports: readonly string[]): AuthenticatorTransport[] {
  return transports as AuthenticatorTransport[];
}

function bytesOf(challenge: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(challenge);
  if (!bytes) throw new Error('a challenge of ours is base64url');
  return bytes;
}
