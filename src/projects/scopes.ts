import { STREAMS } from '../wire/record.ts';
import type { Scope } from './types.ts';

export const SCOPES: readonly Scope[] = [
  'ingest',
  ...STREAMS.map((stream): Scope => `ingest:${stream}`),
  'query',
  'admin',
];

export function isScope(value: unknown): value is Scope {
  return (SCOPES as readonly unknown[]).includes(value);
}

/** A key that only writes may be public; one that reads or manages never is. */
export function isWriteOnly(scopes: readonly Scope[]): boolean {
  return scopes.every((scope) => scope !== 'query' && scope !== 'admin');
}
