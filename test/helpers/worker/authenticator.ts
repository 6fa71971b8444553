/** An authenticator in software: makes passkeys and signs with them as WebAuthn Level 2 says, without attestation. */
import { encode } from 'cborg';
import { concatBytes, fromBase64Url, toBase64Url, utf8 } from '../../../src/shared/bytes.ts';

export type Algorithm = 'ES256' | 'RS256' | 'EdDSA';

/** What a test does otherwise than a browser would. */
export interface Deviation {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  crossOrigin?: boolean;
  /** Without it, the person was verified (PIN or biometrics). */
  unverified?: boolean;
  counter?: number;
  userHandle?: string | null;
  /** Changes the signed text after it was signed. */
  tampered?: boolean;
}

const KEYS = {
  ES256: { generate: { name: 'ECDSA', namedCurve: 'P-256' }, sign: { name: 'ECDSA', hash: 'SHA-256' } },
  RS256: {
    generate: {
      ...{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048 },
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    sign: { name: 'RSASSA-PKCS1-v1_5' },
  },
  EdDSA: { generate: { name: 'Ed25519' }, sign: { name: 'Ed25519' } },
} as const;

/** Bits of authenticator data (WebAuthn 6.1). */
const [USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL] = [0x01, 0x04, 0x40];

export class Authenticator {
  counter = 0;
  readonly id: string;
  readonly origin: string;
  readonly algorithm: Algorithm;
  #keys: CryptoKeyPair;
  #userHandle = '';

  private constructor(origin: string, algorithm: Algorithm, keys: CryptoKeyPair) {
    this.origin = origin;
    this.algorithm = algorithm;
    this.#keys = keys;
    this.id = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  }

  static async create(origin: string, algorithm: Algorithm = 'ES256'): Promise<Authenticator> {
    const keys = await crypto.subtle.generateKey(KEYS[algorithm].generate, true, ['sign', 'verify']);
    return new Authenticator(origin, algorithm, keys as CryptoKeyPair);
  }

  /** What navigator.credentials.create() gives for these options. */
  async register(options: { challenge: string; user: { id: string } }, deviation: Deviation = {}): Promise<object> {
    this.#userHandle = options.user.id;
    const id = bytesOf(this.id);
    const authData = concatBytes([
      await this.#head(HAS_CREDENTIAL, deviation),
      new Uint8Array(16),
      bigEndian(id.byteLength, 2),
      id,
      encode(await this.#coseKey()),
    ]);
    const clientData = this.#clientData('webauthn.create', options.challenge, deviation);
    const attestationObject = toBase64Url(encode({ fmt: 'none', attStmt: {}, authData }));
    return this.#credential({ clientDataJSON: toBase64Url(clientData), attestationObject, transports: ['internal'] });
  }

  /** What navigator.credentials.get() gives for these options; counts up. */
  async sign(options: { challenge: string }, deviation: Deviation = {}): Promise<object> {
    this.counter = deviation.counter ?? this.counter + 1;
    const authData = await this.#head(0, deviation);
    const clientData = this.#clientData('webauthn.get', options.challenge, deviation);
    const signed = concatBytes([authData, await sha256(clientData)]);
    const raw = new Uint8Array(await crypto.subtle.sign(KEYS[this.algorithm].sign, this.#keys.privateKey, signed));
    const signature = this.algorithm === 'ES256' ? derOf(raw) : raw;
    if (deviation.tampered) authData[36] = (authData[36] ?? 0) + 1;
    const userHandle = deviation.userHandle === undefined ? this.#userHandle : deviation.userHandle;
    return this.#credential({
      clientDataJSON: toBase64Url(clientData),
      authenticatorData: toBase64Url(authData),
      signature: toBase64Url(signature),
      ...(userHandle === null ? {} : { userHandle }),
    });
  }

  #credential(response: object): object {
    return { id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {}, response };
  }

  #clientData(type: string, challenge: string, deviation: Deviation): Uint8Array<ArrayBuffer> {
    return utf8(
      JSON.stringify({
        type: deviation.type ?? type,
        challenge: deviation.challenge ?? challenge,
        origin: deviation.origin ?? this.origin,
        crossOrigin: deviation.crossOrigin ?? false,
      }),
    );
  }

  async #head(flags: number, deviation: Deviation): Promise<Uint8Array<ArrayBuffer>> {
    const verified = deviation.unverified ? 0 : USER_VERIFIED;
    return concatBytes([
      await sha256(utf8(deviation.rpId ?? new URL(this.origin).hostname)),
      new Uint8Array([flags | USER_PRESENT | verified]),
      bigEndian(this.counter, 4),
    ]);
  }

  /** RFC 9053 and RFC 8230. */
  async #coseKey(): Promise<Map<number, unknown>> {
    const jwk = (await crypto.subtle.exportKey('jwk', this.#keys.publicKey)) as JsonWebKey;
    const part = (text: string | undefined) => bytesOf(text ?? '');
    switch (this.algorithm) {
      case 'ES256':
        return cose([1, 2], [3, -7], [-1, 1], [-2, part(jwk.x)], [-3, part(jwk.y)]);
      case 'RS256':
        return cose([1, 3], [3, -257], [-1, part(jwk.n)], [-2, part(jwk.e)]);
      case 'EdDSA':
        return cose([1, 1], [3, -8], [-1, 6], [-2, part(jwk.x)]);
    }
  }
}

function cose(...entries: [number, unknown][]): Map<number, unknown> {
  return new Map(entries);
}

function bigEndian(value: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
}

async function sha256(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', data));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(text);
  if (!bytes) throw new Error(`${text} is no base64url`);
  return bytes;
}

/** WebCrypto signs r and s side by side; authenticators send them as ASN.1 (WebAuthn 6.5.6). */
function derOf(raw: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array) => {
    const from = bytes.findIndex((byte) => byte !== 0);
    const short = bytes.subarray(from);
    const signed = (short[0] ?? 0) >= 0x80 ? concatBytes([new Uint8Array(1), short]) : short;
    return concatBytes([new Uint8Array([0x02, signed.byteLength]), signed]);
  };
  const both = concatBytes([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return concatBytes([new Uint8Array([0x30, both.byteLength]), both]);
}
