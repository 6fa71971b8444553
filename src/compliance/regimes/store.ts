import type { Regime } from '../../wire/compliance.ts';
import type { RegimeDefinition } from './schema.ts';

interface Row {
  id: string;
  version: number;
  definition: string;
}

/** The newest version of each. */
export async function listRegimeRows(db: D1Database): Promise<Regime[]> {
  const { results } = await db
    .prepare(
      // With max() alone, SQLite takes the other columns from the row that has it.
      'SELECT id, max(version) AS version, definition FROM compliance_regimes GROUP BY id ORDER BY id',
    )
    .all<Row>();
  return results.map(regimeOfRow);
}

/** Null is the newest version. */
export async function findRegimeRow(db: D1Database, id: string, version: number | null): Promise<Regime | null> {
  const row = await db
    .prepare(
      `SELECT id, version, definition FROM compliance_regimes WHERE id = ?1 AND (?2 IS NULL OR version = ?2)
       ORDER BY version DESC LIMIT 1`,
    )
    .bind(id, version)
    .first<Row>();
  return row && regimeOfRow(row);
}

export async function countRegimes(db: D1Database): Promise<number> {
  const row = await db.prepare('SELECT count(DISTINCT id) AS n FROM compliance_regimes').first<{ n: number }>();
  return row?.n ?? 0;
}

/** Changes nothing where the version before it is not the newest. */
export function insertRegimeVersion(
  db: D1Database,
  { id, version, definition }: { id: string; version: number; definition: RegimeDefinition },
  by: { id: string; atMs: number },
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO compliance_regimes (id, version, definition, created_at_ms, created_by) SELECT ?1, ?2, ?3, ?4, ?5
       WHERE coalesce((SELECT max(version) FROM compliance_regimes WHERE id = ?1), 0) = ?2 - 1`,
    )
    .bind(id, version, JSON.stringify(definition), by.atMs, by.id);
}

function regimeOfRow({ id, version, definition }: Row): Regime {
  return { ...(JSON.parse(definition) as RegimeDefinition), id, version, builtIn: false };
}
