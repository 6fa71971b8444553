import { type Page, type PageRequest, pageOf } from '../shared/page.ts';
import type { DataType } from '../wire/etl.ts';
import type { EtlSchema } from './schema.ts';

export interface SchemaVersion {
  dataType: DataType;
  version: number;
  schema: EtlSchema;
  createdAtMs: number;
  createdBy: string;
}

interface Row {
  data_type: string;
  version: number;
  schema: string;
  created_at_ms: number;
  created_by: string;
}

const COLUMNS = 'data_type, version, schema, created_at_ms, created_by';

/** `version` null is the highest. Null where there is none. */
export async function findSchema(
  db: D1Database,
  projectId: string,
  dataType: DataType,
  version: number | null,
): Promise<SchemaVersion | null> {
  const { results } = await selectSchema(db, projectId, dataType, version).run();
  return schemaOf(results[0]);
}

/** The same as a statement, for the batch of others; schemaOf reads its row. */
export function selectSchema(
  db: D1Database,
  projectId: string,
  dataType: DataType,
  version: number | null,
): D1PreparedStatement {
  return db
    .prepare(
      `SELECT ${COLUMNS} FROM etl_schemas
       WHERE project_id = ?1 AND data_type = ?2 AND (?3 IS NULL OR version = ?3) ORDER BY version DESC LIMIT 1`,
    )
    .bind(projectId, dataType, version);
}

/** The highest version of each data type. */
export async function listSchemas(db: D1Database, projectId: string): Promise<SchemaVersion[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM etl_schemas s WHERE project_id = ?1 AND version =
         (SELECT max(version) FROM etl_schemas t WHERE t.project_id = ?1 AND t.data_type = s.data_type) ORDER BY data_type`,
    )
    .bind(projectId)
    .all<Row>();
  return results.map(versionOf);
}

/** Oldest first. */
export async function listSchemaVersions(
  db: D1Database,
  projectId: string,
  dataType: DataType,
  { limit, after }: PageRequest,
): Promise<Page<SchemaVersion>> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM etl_schemas WHERE project_id = ?1 AND data_type = ?2 AND version > ?3 ORDER BY version LIMIT ?4`,
    )
    .bind(projectId, dataType, Number(after.id === '' ? 0 : after.id), limit + 1)
    .all<Row>();
  const { nextCursor } = pageOf(
    results.map((row) => ({ id: String(row.version), createdAtMs: row.created_at_ms })),
    limit,
  );
  return { items: results.slice(0, limit).map(versionOf), nextCursor };
}

/** Does nothing where the version has been taken in the meantime. */
export function insertSchema(
  db: D1Database,
  projectId: string,
  { dataType, version, schema, createdAtMs, createdBy }: SchemaVersion,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO etl_schemas (project_id, data_type, version, schema, created_at_ms, created_by)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING`,
    )
    .bind(projectId, dataType, version, JSON.stringify(schema), createdAtMs, createdBy);
}

export async function findReference(db: D1Database, projectId: string): Promise<string | null> {
  const row = await db
    .prepare('SELECT secret FROM etl_references WHERE project_id = ?1')
    .bind(projectId)
    .first<{ secret: string }>();
  return row?.secret ?? null;
}

/** The first one stays. */
export function insertReference(db: D1Database, projectId: string, secret: string): D1PreparedStatement {
  return db
    .prepare('INSERT INTO etl_references (project_id, secret) VALUES (?1, ?2) ON CONFLICT DO NOTHING')
    .bind(projectId, secret);
}

export function schemaOf(result: unknown): SchemaVersion | null {
  return result === undefined ? null : versionOf(result as Row);
}

function versionOf(row: Row): SchemaVersion {
  return {
    dataType: row.data_type as DataType,
    version: row.version,
    schema: JSON.parse(row.schema) as EtlSchema,
    createdAtMs: row.created_at_ms,
    createdBy: row.created_by,
  };
}
