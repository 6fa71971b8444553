import type { AuditFinding } from '../../wire/audit.ts';

export type NewFinding = Omit<AuditFinding, 'foundAtMs' | 'acknowledged'>;

/** The action of the entry by which a finding, its target, is acknowledged. */
export const ACKNOWLEDGE_ACTION = 'audit.acknowledge';

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

export async function isFinding(db: D1Database, id: string): Promise<boolean> {
  const found = await db
    .prepare('SELECT 1 AS found FROM audit_findings WHERE id = ?1')
    .bind(id)
    .first<{ found: number }>();
  return found !== null;
}

type FindingRow = Omit<AuditFinding, 'acknowledged'> & {
  ackSeq: number | null;
  ackAtMs: number;
  ackBy: string;
  reason: string;
};

/** Open ones first, then newest first. */
export async function recentFindings(db: D1Database, limit: number): Promise<AuditFinding[]> {
  const { results } = await db
    .prepare(
      `SELECT f.id, f.kind, f.seq, f.detail, f.found_at_ms AS foundAtMs, a.seq AS ackSeq, a.at_ms AS ackAtMs,
         coalesce(u.username, k.name, a.actor_id) AS ackBy, a.detail ->> 'reason' AS reason
       FROM audit_findings f
       LEFT JOIN audit a ON a.seq = (
         SELECT max(n.seq) FROM audit n WHERE n.target = f.id AND n.action = ?2 AND n.actor_kind IN ('user', 'key'))
       LEFT JOIN users u ON a.actor_kind = 'user' AND u.id = a.actor_id
       LEFT JOIN project_keys k ON a.actor_kind = 'key' AND k.id = a.actor_id
       ORDER BY a.seq IS NOT NULL, f.found_at_ms DESC, f.id DESC LIMIT ?1`,
    )
    .bind(limit, ACKNOWLEDGE_ACTION)
    .all<FindingRow>();
  return results.map(({ ackSeq, ackAtMs, ackBy, reason, ...finding }) => ({
    ...finding,
    acknowledged: ackSeq === null ? null : { seq: ackSeq, atMs: ackAtMs, by: ackBy, reason },
  }));
}
