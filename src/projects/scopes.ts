import { BROWSER_STREAMS, STREAMS } from '../wire/record.ts';
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

/** What a key may hold whose text is public: to write, and only what pages send. Its `ingest` is all of these streams, not all there are. */
export const BROWSER_SCOPES: readonly Scope[] = [
  'ingest',
  ...BROWSER_STREAMS.map((stream): Scope => `ingest:${stream}`),
];
