import type { JsonObject } from '../wire/record.ts';

export interface AccountEvent {
  seq: number;
  atMs: number;
  action: string;
  /** Where the request came from; null where somebody else made it, such as an administrator. */
  address: string | null;
  detail: JsonObject;
}

interface StoredEvent {
  seq: number;
  at_ms: number;
  action: string;
  actor_kind: string;
  actor_id: string | null;
  address: string;
  detail: string;
}

/**
 * How an account was signed in to, used and changed: what its owner did about it, and what was done to it, newest first. Reads two ranges of an index, each
 * no further than the page.
 */
export async function listAccountEvents(
  db: D1Database,
  userId: string,
  { beforeSeq, limit }: { beforeSeq: number; limit: number },
): Promise<AccountEvent[]> {
  const { results } = await db
    .prepare(
      `SELECT seq, at_ms, action, actor_kind, actor_id, address, detail FROM audit WHERE seq IN (
         SELECT seq FROM (SELECT seq FROM audit WHERE actor_id = ?1 AND actor_kind = 'user' AND seq < ?2
           AND (action GLOB 'session.*' OR action GLOB 'factor.*' OR action GLOB 'user.change_password*')
           ORDER BY seq DESC LIMIT ?3)
         UNION
         SELECT seq FROM (SELECT seq FROM audit WHERE target = ?1 AND seq < ?2
           AND (action GLOB 'session.*' OR action GLOB 'factor.*' OR action GLOB 'user.*')
           ORDER BY seq DESC LIMIT ?3))
       ORDER BY seq DESC LIMIT ?3`,
    )
    .bind(userId, beforeSeq, limit)
    .all<StoredEvent>();
  return results.map((row) => ({
    seq: row.seq,
    atMs: row.at_ms,
    action: row.action,
    // An attempt to sign in is anonymous, and its address is what the owner must see; an administrator's is not.
    address: row.actor_kind === 'anonymous' || row.actor_id === userId ? row.address : null,
    detail: JSON.parse(row.detail) as JsonObject,
  }));
}
