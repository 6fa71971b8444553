import type { CookieDay, CookieLint, CookieTelemetry } from '../../wire/cookies.ts';
import { type Answer, request } from './http.ts';

export interface LintInput {
  setCookie: string[];
  url: string;
  thirdParty: boolean;
}

export function getCookieTelemetry(project: string, signal: AbortSignal): Promise<Answer<CookieTelemetry>> {
  return request('GET', '/api/fraud/cookie-telemetry', { params: { project }, signal });
}

/** `trend`: oldest day first, without days that have no sample. */
export function getCookieHistory(
  project: string,
  days: number,
  signal: AbortSignal,
): Promise<Answer<{ trend: CookieDay[] }>> {
  return request('GET', '/api/fraud/cookie-telemetry/history', { params: { project, days, limit: 1 }, signal });
}

export function lintCookies(project: string, input: LintInput): Promise<Answer<{ items: CookieLint[] }>> {
  return request('POST', '/api/fraud/cookies/lint', { params: { project }, body: input });
}
