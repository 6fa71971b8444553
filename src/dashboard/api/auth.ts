import { type Answer, request } from './http.ts';
import { listAll } from './list-all.ts';
import type { Factors, List, Login, Me, Renewal, SessionRow } from './types.ts';

const REFRESH_MS = 20_000;

export function login(username: string, password: string): Promise<Answer<Login>> {
  return request('POST', '/api/auth/login', { body: { username, password }, anonymous: true });
}

export function me(): Promise<Answer<Me>> {
  return request('GET', '/api/auth/me', { anonymous: true });
}

export function refresh(): Promise<Answer<Renewal>> {
  // One tab refreshes for all: a request that hangs must not keep the others from it.
  return request('POST', '/api/auth/refresh', { signal: AbortSignal.timeout(REFRESH_MS) });
}

export function logout(): Promise<Answer<void>> {
  return request('POST', '/api/auth/logout', { anonymous: true });
}

export function revokeAll(): Promise<Answer<void>> {
  return request('POST', '/api/auth/revoke-all');
}

export function changePassword(
  currentPassword: string,
  newPassword: string,
): Promise<Answer<Renewal & { factors: Factors }>> {
  // A wrong current password may be a 401 without the session being gone.
  return request('POST', '/api/auth/password', { body: { currentPassword, newPassword }, anonymous: true });
}

export function listSessions(signal: AbortSignal): Promise<Answer<List<SessionRow>>> {
  return listAll('/api/auth/sessions', {}, signal);
}

export function revokeSession(id: string): Promise<Answer<void>> {
  return request('DELETE', `/api/auth/sessions/${encodeURIComponent(id)}`);
}
