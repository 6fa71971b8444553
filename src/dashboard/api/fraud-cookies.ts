import { type Answer, request } from './http.ts';

/** The code is stable, the sentence is for people. */
export interface Finding {
  code: string;
  detail: string;
}

export type CookieLevel = 'green' | 'yellow' | 'red';

/** Of the very request: names and figures, never values. */
export interface CookieTelemetry {
  count: number;
  bytes: number;
  level: CookieLevel;
  names: string[];
  namesCut: boolean;
  fraudSession: { present: boolean; duplicated: boolean };
  secure: { host: number; secure: number; unproven: number };
  partitioned: number;
  warnings: Finding[];
}

/** All devices of a day together. */
export interface CookieDay {
  /** YYYY-MM-DD, UTC. */
  day: string;
  samples: number;
  p50Count: number;
  p95Count: number;
  maxCount: number;
  p50Bytes: number;
  p95Bytes: number;
  maxBytes: number;
  levels: Record<CookieLevel, number>;
  /** Samples with the warning, by its code. */
  warnings: Partial<Record<string, number>>;
}

export interface LintedCookie {
  name: string;
  bytes: number;
  domain: string;
  hostOnly: boolean;
  path: string;
  /** null: until the browser ends. */
  expiresAtMs: number | null;
  secure: boolean;
  httpOnly: boolean;
  sameSite: 'Strict' | 'Lax' | 'None';
  sameSiteByDefault: boolean;
  partitioned: boolean;
}

export interface CookieLint {
  /** The line that this is about. */
  setCookie: string;
  outcome: 'stored' | 'expired' | 'ignored';
  reason: Finding | null;
  cookie: LintedCookie | null;
  warnings: Finding[];
}

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
