import { auditedBatch } from '../../../src/audit/index.ts';
import type { Actor, Ctx } from '../../../src/env.ts';
import type { Fill } from './rows.ts';

const JOB: Actor = { kind: 'system', job: 'erasure' };

/** A transaction that the trail has in the name of who acts: of each ten an administrator makes eight, and the product two. */
export async function asSomebody(
  { db, admin }: Fill,
  { atMs, turn }: { atMs: number; turn: number },
  statements: readonly D1PreparedStatement[],
): Promise<void> {
  const person: Actor = {
    ...({ kind: 'user', userId: admin.id, username: admin.name, role: 'admin', sessionId: 'ses_bench' } as const),
    ...{ provenAtMs: 0, projectIds: null },
  };
  const actor = turn % 5 === 4 ? JOB : person;
  const ctx = {
    ...{ env: { DB: db }, nowMs: atMs, actor, address: '192.0.2.1' },
    requestId: crypto.randomUUID().replaceAll('-', ''),
  } as unknown as Ctx;
  await auditedBatch(ctx, statements);
}

/**
 * Work that leaves nothing in the trail of what it does to these tables: their triggers are away meanwhile. What each row of every register leaves there makes a
 * trail of a million entries and takes minutes; one register's makes it as long as the lists.
 */
export async function unaudited(db: D1Database, tables: readonly string[], work: () => Promise<void>): Promise<void> {
  const { results } = await db
    .prepare(
      `SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_is_audited' AND tbl_name IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(tables))
    .all<{ name: string; sql: string }>();
  await db.batch(results.map(({ name }) => db.prepare(`DROP TRIGGER ${name}`)));
  await work();
  await db.batch(results.map(({ sql }) => db.prepare(sql)));
}

/** What an action of the program looks like: `FROM` names `target`, and `detail` is JSON. The context is the transaction's. */
export const actionsSql = (action: string, target: string, detail: string, from: string): string =>
  `INSERT INTO audit (at_ms, actor_kind, actor_id, action, target, project_id, request_id, address, detail)
   SELECT c.at_ms, c.actor_kind, c.actor_id, '${action}', ${target}, ?1, c.request_id, c.address, ${detail} FROM audit_context c, ${from}`;
