import { type Answer, request } from './http.ts';
import type { List } from './types.ts';

export interface CookieWarning {
  code: string;
  text: string;
}

/** Of the very request: names and figures, never values. */
export interface CookieTelemetry {
  count: number;
  bytes: number;
  names: string[];
  fraudSession: string;
  partitioned: boolean;
  warnings: CookieWarning[];
}

export interface CookieDay {
  day: string;
  samples: number;
  bytesMax: number;
  countMax: number;
  warnings: number;
}

export function getCookieTelemetry(project: string, signal: AbortSignal): Promise<Answer<CookieTelemetry>> {
  return request('GET', '/api/fraud/cookie-telemetry', { params: { project }, signal });
}

export function getCookieHistory(project: string, days: number, signal: AbortSignal): Promise<Answer<List<CookieDay>>> {
  return request('GET', '/api/fraud/cookie-telemetry/history', { params: { project, days }, signal });
}
