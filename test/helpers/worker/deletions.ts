import type { Admin } from '../../../src/compliance/access.ts';
import { createDeletion } from '../../../src/compliance/deletions/requests/create.ts';
import { deletionSchema } from '../../../src/compliance/deletions/requests/schema.ts';
import { testCtx } from './context.ts';

export const ADMIN: Admin = {
  ...{ kind: 'user', userId: 'usr_officer', username: 'officer', role: 'admin', sessionId: 'ses_officer' },
  ...{ provenAtMs: 0, projectIds: null },
};

export interface Asked {
  userIds?: string[];
  sessionIds?: string[];
  identifiers?: string[];
  graceDays?: number;
  holds?: { category: string; stream?: string | null; reason: string }[];
  nowMs?: number;
  receivedAtMs?: number;
}

/** A request as an administrator enters it; its id. */
export async function askDeletion(projectId: string, asked: Asked = {}): Promise<string> {
  const nowMs = asked.nowMs ?? Date.now();
  const { userIds = [], sessionIds = [], identifiers = [], graceDays = 0, holds = [] } = asked;
  const identity = { userIds, sessionIds, identifiers };
  const input = deletionSchema.parse({
    ...{ projectId, identity, regimeId: 'gdpr', receivedAtMs: asked.receivedAtMs ?? nowMs, graceDays, holds },
  });
  const made = await createDeletion(testCtx({ nowMs }), ADMIN, input);
  if (!made.ok) throw new Error(`the request was refused: ${JSON.stringify(made.error)}`);
  return made.value;
}
