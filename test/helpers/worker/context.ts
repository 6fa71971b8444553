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
    country: null,
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

/** Audit rows about a target, oldest first. */
export async function auditOf(target: string): Promise<AuditRow[]> {
  const { results } = await env.DB.prepare('SELECT * FROM audit WHERE target = ?1 ORDER BY seq')
    .bind(target)
    .all<Omit<AuditRow, 'detail'> & { detail: string }>();
  return results.map((row) => ({ ...row, detail: JSON.parse(row.detail) }));
}
