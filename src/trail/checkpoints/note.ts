import { createHash } from 'node:crypto';
import type { Config } from '../../env.ts';
import { concatBytes, fromBase64, toBase64, toHex, utf8 } from '../../shared/bytes.ts';
import { publicKeys, sign, verifySignature } from '../../shared/signing.ts';
import { HASH_BYTES } from '../tree/hashes.ts';

/** C2SP signed-note: the type byte of plain Ed25519. */
const ED25519 = 1;
const KEY_ID_BYTES = 4;

/** What a checkpoint says. */
export interface TreeHead {
  /** Which log it is of; also the name of its keys. */
  origin: string;
  size: number;
  root: Uint8Array;
}

export interface ParsedNote extends TreeHead {
  /** What is signed. */
  text: string;
  signatures: { name: string; keyId: string; signature: Uint8Array }[];
}

/** Schema-less, as C2SP recommends; a deployment that names no host of its own is told from others by its key. */
export function originOf({ publicHosts }: Pick<Config, 'publicHosts'>): string {
  return `${publicHosts[0] ?? 'breakwater'}/audit`;
}

/** A note by C2SP tlog-checkpoint, signed by the first pair. */
export function signedNote(config: Pick<Config, 'dataSecrets'>, { origin, size, root }: TreeHead): string {
  const text = `${origin}\n${size}\n${toBase64(root)}\n`;
  const { signature } = sign(config, utf8(text));
  const [own] = publicKeys(config);
  if (own === undefined) throw new Error('DATA_SECRETS has no pair');
  return `${text}\n— ${origin} ${toBase64(concatBytes([keyId(origin, own.publicKey), signature]))}\n`;
}

/** As a verifier of notes is told of a key. */
export function verifierKey(name: string, publicKey: Uint8Array): string {
  return `${name}+${toHex(keyId(name, publicKey))}+${toBase64(concatBytes([Uint8Array.of(ED25519), publicKey]))}`;
}

function keyId(name: string, publicKey: Uint8Array): Uint8Array {
  const hash = createHash('sha256').update(`${name}\n`).update(Uint8Array.of(ED25519)).update(publicKey).digest();
  return hash.subarray(0, KEY_ID_BYTES);
}

const BODY = /^([^\s+]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/;
const SIGNATURE = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/;

/** Null for what is no checkpoint of this program: with other lines, or none signed. */
export function parseNote(note: string): ParsedNote | null {
  const [text, signed, ...more] = note.split('\n\n');
  const [, origin, size, root] = BODY.exec(`${text}\n`) ?? [];
  if (origin === undefined || root === undefined || signed === undefined || more.length > 0) return null;
  if (!signed.endsWith('\n')) return null;
  const signatures = signed
    .slice(0, -1)
    .split('\n')
    .map((line) => SIGNATURE.exec(line));
  const bytes = fromBase64(root);
  if (toBase64(bytes) !== root || bytes.byteLength !== HASH_BYTES) return null;
  return {
    origin,
    size: Number(size),
    root: bytes,
    text: `${text}\n`,
    signatures: signatures.flatMap((match) => {
      const value = fromBase64(match?.[2] ?? '');
      if (match?.[1] === undefined || value.byteLength <= KEY_ID_BYTES) return [];
      return { name: match[1], keyId: toHex(value.subarray(0, KEY_ID_BYTES)), signature: value.subarray(KEY_ID_BYTES) };
    }),
  };
}

/** The key by which the note is signed; null where it is by none of them. */
export function signerOf<K extends { publicKey: Uint8Array }>(note: ParsedNote, keys: readonly K[]): K | null {
  const text = utf8(note.text);
  const signer = keys.find(({ publicKey }) => {
    const id = toHex(keyId(note.origin, publicKey));
    return note.signatures.some(
      ({ name, keyId: signedBy, signature }) =>
        name === note.origin && signedBy === id && verifySignature(publicKey, text, signature),
    );
  });
  return signer ?? null;
}
