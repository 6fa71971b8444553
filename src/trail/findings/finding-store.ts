import type { AuditFinding } from '../../wire/audit.ts';

export type NewFinding = Omit<AuditFinding, 'foundAtMs'>;

/** Which of these are not known yet. */
export async function unknownFindings(db: D1Database, findings: readonly NewFinding[]): Promise<NewFinding[]> {
  const { results } = await db
    .prepare('SELECT id FROM audit_findings WHERE id IN (SELECT value FROM json_each(?1))')
    .bind(JSON.stringify(findings.map(({ id }) => id)))
    .all<{ id: string }>();
  const known = new Set(results.map(({ id }) => id));
  return findings.filter(({ id }) => !known.has(id));
}

export function findingsStatement(db: D1Database, findings: readonly NewFinding[], atMs: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit_findings (id, kind, seq, detail, found_at_ms)
       SELECT value->>'id', value->>'kind', value->>'seq', value->>'detail', ?2 FROM json_each(?1) WHERE true
       ON CONFLICT (id) DO NOTHING`,
    )
    .bind(JSON.stringify(findings), atMs);
}

/** Newest first. */
export async function recentFindings(db: D1Database, limit: number): Promise<AuditFinding[]> {
  const { results } = await db
    .prepare(
      'SELECT id, kind, seq, detail, found_at_ms AS foundAtMs FROM audit_findings ORDER BY found_at_ms DESC, id DESC LIMIT ?1',
    )
    .bind(limit)
    .all<AuditFinding>();
  return results;
}
