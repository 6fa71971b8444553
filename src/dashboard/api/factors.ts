/** Second factors and passkeys: signing in with them, proving oneself again, and what a person has of them. */
import { type Answer, request } from './http.ts';
import type { Factors, List, Login, PasskeyRow, Proof, Renewal, SecurityEvent } from './types.ts';

export interface PasskeyQuestion {
  challenge: string;
  options: PublicKeyCredentialRequestOptionsJSON;
}

/** What answers a challenge: digits or a recovery code, or what the browser made with a passkey. */
export type FactorAnswer = { challenge: string; code: string } | { challenge: string; credential: unknown };

export function loginSecondFactor(answer: FactorAnswer): Promise<Answer<Login>> {
  return request('POST', '/api/auth/login/second-factor', { body: answer, anonymous: true });
}

export function passkeyQuestion(): Promise<Answer<PasskeyQuestion>> {
  return request('POST', '/api/auth/passkeys/options', { body: {}, anonymous: true });
}

export function loginPasskey(challenge: string, credential: unknown): Promise<Answer<Login>> {
  return request('POST', '/api/auth/passkeys/login', { body: { challenge, credential }, anonymous: true });
}

/** A wrong password there is a 401 without the session being gone. */
export function stepUp(proof: Proof): Promise<Answer<Renewal>> {
  return request('POST', '/api/auth/step-up', { body: proof, anonymous: true });
}

export function getFactors(signal: AbortSignal): Promise<Answer<Factors>> {
  return request('GET', '/api/auth/factors', { signal });
}

export function listEvents(
  query: { limit: number; cursor: string | null },
  signal?: AbortSignal,
): Promise<Answer<List<SecurityEvent>>> {
  return request('GET', '/api/auth/events', { params: query, ...(signal ? { signal } : {}) });
}

export function startTotp(): Promise<Answer<{ secret: string; uri: string }>> {
  return request('POST', '/api/auth/factors/totp');
}

export function confirmTotp(code: string): Promise<Answer<{ recoveryCodes: string[] }>> {
  return request('POST', '/api/auth/factors/totp/confirm', { body: { code } });
}

export function removeTotp(): Promise<Answer<void>> {
  return request('DELETE', '/api/auth/factors/totp');
}

export function newRecoveryCodes(): Promise<Answer<{ recoveryCodes: string[] }>> {
  return request('POST', '/api/auth/factors/recovery-codes');
}

export interface PasskeyRegistration {
  challenge: string;
  options: PublicKeyCredentialCreationOptionsJSON;
}

export function startPasskey(): Promise<Answer<PasskeyRegistration>> {
  return request('POST', '/api/auth/passkeys/registration');
}

export function addPasskey(challenge: string, credential: unknown, name: string): Promise<Answer<PasskeyRow>> {
  return request('POST', '/api/auth/passkeys', { body: { challenge, credential, name } });
}

export function removePasskey(id: string): Promise<Answer<void>> {
  return request('DELETE', `/api/auth/passkeys/${encodeURIComponent(id)}`);
}
