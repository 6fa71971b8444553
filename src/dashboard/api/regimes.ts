import type { Regime } from '../../wire/compliance.ts';
import { type Answer, request } from './http.ts';
import type { List } from './types.ts';

/** Built-in ones first, each in its newest version. */
export function listRegimes(signal: AbortSignal): Promise<Answer<List<Regime>>> {
  return request('GET', '/api/compliance/regimes', { signal });
}

/** `version` is the one that was read, 0 for a new one: the server refuses when another change came between. */
export type RegimeInput = Omit<Regime, 'id' | 'builtIn'>;

export function saveRegime(id: string, input: RegimeInput): Promise<Answer<Regime>> {
  return request('PUT', `/api/compliance/regimes/${encodeURIComponent(id)}`, { body: input });
}
