import type { Ctx } from '../env.ts';
import { journalFor } from '../journal/index.ts';
import { verifyKey } from '../projects/index.ts';
import { countRefusedCode, flushRefusals } from './refusals.ts';

/**
 * Counts what no project can be blamed for: no project has this id. One object for the deployment, so a flood of bad keys slows its own
 * counting and no project's journal.
 */
const NO_PROJECT_ID = 'no-project';

/** Counts a request that came with a bad key, or with none where one is needed: in its project's ledger if we signed the key, else in that of nobody. */
export async function countRefusedKey(ctx: Ctx, key: string | null, code: string): Promise<void> {
  // Signed and still invalid: its row is missing or holds another key, so the project that it names is not to be believed.
  const claims = key === null || code === 'key_invalid' ? null : verifyKey(ctx.config, key);
  await countRefusedCode(ctx, claims ?? { projectId: NO_PROJECT_ID, keyId: code }, code);
}

export interface RefusedKeys {
  /** As in the refusals: `key_missing` or `key_invalid`. */
  code: string;
  requests: number;
  lastSeenAtMs: number;
}

/** Requests that were refused for their key and belong to no project, since the deployment exists. */
export async function readRefusedKeys(ctx: Ctx): Promise<RefusedKeys[]> {
  await flushRefusals();
  const { ledger } = await journalFor(ctx.env, NO_PROJECT_ID, 0).status();
  return ledger.map(({ keyId, refused, lastSeenAtMs }) => ({ code: keyId, requests: refused, lastSeenAtMs }));
}
