import type { Client } from './client.ts';
import { CliError } from './exit.ts';
import type { KeyClaims } from './key-claims.ts';

export interface KeyStanding {
  claims: KeyClaims;
  /** Null to a key that may not read: the server tells it no names. */
  project: string | null;
}

/** Asks the deployment about the key. Throws a CliError where it is not valid here. */
export async function keyStanding(client: Client): Promise<KeyStanding> {
  const { claims } = client;
  try {
    const { name } = await client.get<{ name: string }>(`/api/projects/${encodeURIComponent(claims.projectId)}`);
    return { claims, project: name };
  } catch (error) {
    // Known, and of too small a scope for this question: a key that only sends.
    if (error instanceof CliError && error.details.code === 'forbidden') return { claims, project: null };
    throw error;
  }
}
