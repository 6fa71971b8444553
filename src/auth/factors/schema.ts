import * as z from 'zod';
import { once } from '../../shared/once.ts';

const base64url = z.lazy(() => z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding'));
/** 32 bytes of base64url. */
const challenge = z.lazy(() => z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be a challenge that was answered before'));
const code = z.lazy(() => z.string().min(6).max(64));

/** What PublicKeyCredential.toJSON() gives (WebAuthn 5.1.8), less what is not looked at: browsers add members of their own. */
const credential = once(() => ({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).default({}),
}));
const registrationCredential = z.lazy(() =>
  z.object({
    ...credential(),
    response: z.object({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: z.array(z.string().max(32)).max(16).default([]),
    }),
  }),
);
const assertionCredential = z.lazy(() =>
  z.object({
    ...credential(),
    response: z.object({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: z.string().max(128).nullish(),
    }),
  }),
);

const withCode = z.lazy(() => z.strictObject({ challenge, code }));
const withCredential = z.lazy(() => z.strictObject({ challenge, credential: assertionCredential }));

export const secondFactorSchema = z.lazy(() =>
  z.union([withCode, withCredential], 'must have a challenge, and a code or a credential'),
);
export const passkeyLoginSchema = withCredential;
export const totpConfirmSchema = z.lazy(() => z.strictObject({ code }));
/** What proves somebody again who is signed in. */
export const factorProofSchemas = [totpConfirmSchema, withCredential] as const;
export const addPasskeySchema = z.lazy(() =>
  z.strictObject({
    challenge,
    credential: registrationCredential,
    name: z.string().trim().min(1, 'must not be empty').max(64),
  }),
);
export const emptySchema = z.lazy(() => z.strictObject({}));

export type RegistrationCredential = z.infer<typeof registrationCredential>;
export type AssertionCredential = z.infer<typeof assertionCredential>;
/** What a caller shows besides, or instead of, a password. */
export type FactorProof = { code: string } | { challenge: string; credential: AssertionCredential };
export type SecondFactorInput = z.infer<typeof secondFactorSchema>;
export type PasskeyLoginInput = z.infer<typeof passkeyLoginSchema>;
export type AddPasskeyInput = z.infer<typeof addPasskeySchema>;
