import { createHmac } from 'node:crypto';

export interface Forge {
  /** The parts of the token that everything is made from. */
  header: Record<string, unknown>;
  payload: Record<string, unknown>;
  headerPart: string;
  payloadPart: string;
  signaturePart: string;
  /** Signed with the right secret, whatever the parts say. */
  signed(header: string, payload: string): string;
  /** Other members in the header; undefined leaves one out. */
  withHeader(members: Record<string, unknown>): string;
  withHeaderText(text: string | Uint8Array): string;
  withClaims(members: Record<string, unknown>): string;
  withPayloadText(text: string | Uint8Array): string;
}

/** Makes tokens by hand, with the right secret, that differ from one of ours as told: what only whoever holds the secret could try. */
export function forgeFrom(token: string, secret: string): Forge {
  const [headerPart = '', payloadPart = '', signaturePart = ''] = token.split('.');
  const [header, payload] = [decodePart(headerPart), decodePart(payloadPart)];
  const signed = (first: string, second: string) => `${first}.${second}.${hmacPart(`${first}.${second}`, secret)}`;
  const withHeaderText = (text: string | Uint8Array) => signed(encodePart(text), payloadPart);
  const withPayloadText = (text: string | Uint8Array) => signed(headerPart, encodePart(text));
  return {
    ...{ header, payload, headerPart, payloadPart, signaturePart, signed, withHeaderText, withPayloadText },
    withHeader: (members) => withHeaderText(JSON.stringify({ ...header, ...members })),
    withClaims: (members) => withPayloadText(JSON.stringify({ ...payload, ...members })),
  };
}

export function encodePart(data: string | Uint8Array): string {
  return Buffer.from(data).toString('base64url');
}

export function decodePart(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

export function hmacPart(input: string, secret: string, hash = 'sha256'): string {
  return createHmac(hash, secret).update(input).digest('base64url');
}
