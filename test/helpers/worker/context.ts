import { env } from 'cloudflare:workers';
import { type Ctx, parseConfig } from '../../../src/env.ts';

/** What a request handler would get, for calling verbs directly at a time of the test's choosing. */
export function testCtx(overrides: Partial<Ctx> = {}): Ctx {
  return {
    env,
    config: parseConfig(env),
    nowMs: Date.now(),
    actor: { kind: 'system', job: 'test' },
    requestId: 'test-request',
    address: '192.0.2.1',
    country: () => null,
    allowances: [],
    ...overrides,
  };
}

export interface AuditRow {
  seq: number;
  at_ms: number;
  actor_kind: string;
  actor_id: string | null;
  action: string;
  target: string;
  project_id: string | null;
  request_id: string;
  address: string;
  detail: Record<string, unknown>;
}

/** What the program says was done to a target, oldest first. */
export async function auditOf(target: string): Promise<AuditRow[]> {
  const { results } = await env.DB.prepare('SELECT * FROM audit WHERE target = ?1 AND table_name IS NULL ORDER BY seq')
    .bind(target)
    .all<Omit<AuditRow, 'detail'> & { detail: string }>();
  return results.map((row) => ({ ...row, detail: JSON.parse(row.detail) }));
}

export interface ChangeRow extends Omit<AuditRow, 'detail'> {
  table_name: string;
  operation: 'insert' | 'update' | 'delete';
  old_values: Record<string, unknown> | null;
  new_values: Record<string, unknown> | null;
}

/** What triggers saw become of rows of a table, oldest first; of one target where it is named. */
export async function changesOf(table: string, target: string | null = null): Promise<ChangeRow[]> {
  const { results } = await env.DB.prepare(
    'SELECT * FROM audit WHERE table_name = ?1 AND (?2 IS NULL OR target = ?2) ORDER BY seq',
  )
    .bind(table, target)
    .all<Omit<ChangeRow, 'old_values' | 'new_values'> & { old_values: string | null; new_values: string | null }>();
  return results.map((row) => ({
    ...row,
    old_values: row.old_values === null ? null : JSON.parse(row.old_values),
    new_values: row.new_values === null ? null : JSON.parse(row.new_values),
  }));
}
