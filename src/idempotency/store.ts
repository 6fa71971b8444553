import type { FoundClaim } from './decide.ts';

export interface NewClaim {
  scope: string;
  kid: string;
  claimId: string;
  payloadMac: string;
  leasedUntilMs: number;
  expiresAtMs: number;
}

export interface ClaimRow extends FoundClaim {
  scope: string;
  kid: string;
  claimId: string;
  payloadMac: string;
  /** Sealed; null unless `state` is stored. */
  answer: string | null;
}

const COLUMNS = `scope, kid, claim_id AS claimId, payload_mac AS payloadMac, state, leased_until_ms AS leasedUntilMs,
  executed_at_ms AS executedAtMs, expires_at_ms AS expiresAtMs, answer`;

/**
 * Claims the scope if nobody has, in one transaction; returns the row that holds now, which is ours or was there. `scopes` are those of all
 * current secrets: a rotation of secrets makes no key new.
 */
export async function claimOrFind(
  db: D1Database,
  claim: NewClaim,
  scopes: readonly string[],
): Promise<ClaimRow | null> {
  const known = JSON.stringify(scopes);
  const [, found] = await db.batch<ClaimRow>([
    db
      .prepare(
        `INSERT INTO idempotency_keys (scope, kid, claim_id, payload_mac, state, leased_until_ms, expires_at_ms)
         SELECT ?1, ?2, ?3, ?4, 'running', ?5, ?6
         WHERE NOT EXISTS (SELECT 1 FROM idempotency_keys WHERE scope IN (SELECT value FROM json_each(?7)))
         ON CONFLICT DO NOTHING`,
      )
      .bind(...values(claim), known),
    db
      .prepare(`SELECT ${COLUMNS} FROM idempotency_keys WHERE scope IN (SELECT value FROM json_each(?1)) LIMIT 1`)
      .bind(known),
  ]);
  return found?.results[0] ?? null;
}

/**
 * Puts our claim in the place of one that expired, or whose request has been silent and changed nothing. Of two that try, one finds the old
 * claim; and the request that held it can change nothing from here on, because its audit row names a claim that is gone.
 */
export async function takeOver(db: D1Database, oldClaimId: string, claim: NewClaim, nowMs: number): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE idempotency_keys SET scope = ?1, kid = ?2, claim_id = ?3, payload_mac = ?4, state = 'running', leased_until_ms = ?5,
         expires_at_ms = ?6, executed_at_ms = NULL, answer = NULL
       WHERE claim_id = ?7 AND ((state = 'running' AND executed_at_ms IS NULL) OR expires_at_ms <= ?8)`,
    )
    .bind(...values(claim), oldClaimId, nowMs)
    .run();
  return meta.changes === 1;
}

export async function storeAnswer(db: D1Database, claimId: string, answer: string): Promise<void> {
  await storeStatement(db, claimId, answer).run();
}

export async function storeAnswerIfExecuted(db: D1Database, claimId: string, answer: string): Promise<void> {
  await db.batch([releaseUnexecuted(db, claimId), storeStatement(db, claimId, answer)]);
}

/** The claim ends without an answer to repeat. */
export async function loseAnswer(db: D1Database, claimId: string): Promise<void> {
  await loseStatement(db, claimId).run();
}

export async function releaseIfUnexecuted(db: D1Database, claimId: string): Promise<void> {
  await db.batch([releaseUnexecuted(db, claimId), loseStatement(db, claimId)]);
}

export async function release(db: D1Database, claimId: string): Promise<void> {
  await db.prepare('DELETE FROM idempotency_keys WHERE claim_id = ?1').bind(claimId).run();
}

export interface AuditedChange {
  action: string;
  target: string;
  projectId: string | null;
}

/** What was changed under a claim, oldest first. */
export async function changesUnder(db: D1Database, claimId: string): Promise<AuditedChange[]> {
  const { results } = await db
    .prepare('SELECT action, target, project_id AS projectId FROM audit WHERE claim_id = ?1 ORDER BY seq LIMIT 20')
    .bind(claimId)
    .all<AuditedChange>();
  return results;
}

/** Deletes some of what has expired; how many. */
export async function deleteExpired(db: D1Database, nowMs: number, limit: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM idempotency_keys WHERE scope IN
         (SELECT scope FROM idempotency_keys WHERE expires_at_ms <= ?1 ORDER BY expires_at_ms LIMIT ?2)`,
    )
    .bind(nowMs, limit)
    .run();
  return meta.changes;
}

function values(claim: NewClaim): [string, string, string, string, number, number] {
  return [claim.scope, claim.kid, claim.claimId, claim.payloadMac, claim.leasedUntilMs, claim.expiresAtMs];
}

function storeStatement(db: D1Database, claimId: string, answer: string): D1PreparedStatement {
  return db
    .prepare(`UPDATE idempotency_keys SET state = 'stored', answer = ?2 WHERE claim_id = ?1 AND state = 'running'`)
    .bind(claimId, answer);
}

function loseStatement(db: D1Database, claimId: string): D1PreparedStatement {
  return db
    .prepare(`UPDATE idempotency_keys SET state = 'lost' WHERE claim_id = ?1 AND state = 'running'`)
    .bind(claimId);
}

function releaseUnexecuted(db: D1Database, claimId: string): D1PreparedStatement {
  return db.prepare('DELETE FROM idempotency_keys WHERE claim_id = ?1 AND executed_at_ms IS NULL').bind(claimId);
}
