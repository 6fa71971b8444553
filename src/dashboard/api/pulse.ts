import type { Pulse } from '../../wire/alerts.ts';
import { type Answer, request } from './http.ts';

export function getPulse(project: string, signal: AbortSignal): Promise<Answer<Pulse>> {
  return request('GET', '/api/health/pulse', { params: { project }, signal });
}
