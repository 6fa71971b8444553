import type { AuditFinding } from '../../wire/audit.ts';

export type NewFinding = Omit<AuditFinding, 'foundAtMs'>;

/** `missing/<from>-<to>` */
const RANGE = /^missing\/(\d+)-(\d+)$/;
/** More gaps than that are told one by one. */
const MAX_GAPS = 1_000;

/** Which of these are not known yet: as that, or as a part of what is known to be missing. */
export async function unknownFindings(db: D1Database, findings: readonly NewFinding[]): Promise<NewFinding[]> {
  const gone = findings.some(({ kind }) => kind === 'missing') ? await knownGaps(db) : [];
  const isPart = ({ id }: NewFinding): boolean => {
    const [from, to] = rangeOf(id);
    return gone.some((gap) => from >= gap[0] && to <= gap[1]);
  };
  const { results } = await db
    .prepare('SELECT id FROM audit_findings WHERE id IN (SELECT value FROM json_each(?1))')
    .bind(JSON.stringify(findings.map(({ id }) => id)))
    .all<{ id: string }>();
  const known = new Set(results.map(({ id }) => id));
  return findings.filter((finding) => !known.has(finding.id) && !isPart(finding));
}

async function knownGaps(db: D1Database): Promise<[from: number, to: number][]> {
  const { results } = await db
    .prepare("SELECT id FROM audit_findings WHERE kind = 'missing' ORDER BY found_at_ms LIMIT ?1")
    .bind(MAX_GAPS)
    .all<{ id: string }>();
  return results.map(({ id }) => rangeOf(id));
}

/** NaN, which is in no range, of what is none. */
function rangeOf(id: string): [from: number, to: number] {
  const [, from, to] = RANGE.exec(id) ?? [];
  return [Number(from), Number(to)];
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
