import { signal } from '@preact/signals';

/** The live link of the page, for the dot in the top bar. */
export type Link =
  | { kind: 'off' }
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'paused' }
  | { kind: 'lost'; sinceMs: number; retryAtMs: number | null };

export const link = signal<Link>({ kind: 'off' });
