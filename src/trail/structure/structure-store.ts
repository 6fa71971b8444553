import type { SchemaChange } from '../../wire/audit.ts';

/** Beyond reach of whoever can only write to the database. */
const KEY = 'audit/schema.json';

/** What `sqlite_master` has of a table, index, trigger or view. Made again, it has another row id. */
export interface SchemaObject {
  rowId: number;
  type: SchemaChange['type'];
  name: string;
  table: string;
  sql: string | null;
}

export interface Structure {
  /** Of the last migration that was applied; 0 before the first. */
  lastMigration: number;
  objects: SchemaObject[];
}

export interface StoredStructure extends Structure {
  etag: string;
}

/** Without what SQLite and the platform make for themselves: names that nobody else may give. */
export async function currentStructure(db: D1Database): Promise<Structure> {
  const { results: objects } = await db
    .prepare(
      `SELECT rowid AS rowId, type, name, tbl_name AS "table", sql FROM sqlite_master
       WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY rowid`,
    )
    .all<SchemaObject>();
  const hasMigrations = objects.some(({ type, name }) => type === 'table' && name === 'd1_migrations');
  const last = hasMigrations
    ? await db.prepare('SELECT coalesce(max(id), 0) AS id FROM d1_migrations').first<{ id: number }>()
    : null;
  return { lastMigration: last?.id ?? 0, objects };
}

export async function migrationsAfter(db: D1Database, id: number): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT name FROM d1_migrations WHERE id > ?1 ORDER BY id')
    .bind(id)
    .all<{ name: string }>();
  return results.map(({ name }) => name);
}

export async function keptStructure(bucket: R2Bucket): Promise<StoredStructure | null> {
  const object = await bucket.get(KEY);
  return object && { ...(await object.json<Structure>()), etag: object.etag };
}

/** False where another run was first. */
export async function keepStructure(
  bucket: R2Bucket,
  structure: Structure,
  before: StoredStructure | null,
): Promise<boolean> {
  const { lastMigration, objects } = structure;
  const put = await bucket.put(KEY, `${JSON.stringify({ lastMigration, objects })}\n`, {
    httpMetadata: { contentType: 'application/json' },
    onlyIf: before === null ? { etagDoesNotMatch: '*' } : { etagMatches: before.etag },
  });
  return put !== null;
}

/** The view that stands behind everything else. */
export const MARK = 'audit_schema_mark';

/**
 * SQLite gives a new row of `sqlite_master` the number after the largest: what is made again gets its old number back where it was the last. So something that
 * nobody needs is always the last. Returns its row.
 */
export async function moveMark(db: D1Database): Promise<SchemaObject> {
  const [, , made] = await db.batch<SchemaObject>([
    db.prepare(`DROP VIEW IF EXISTS ${MARK}`),
    db.prepare(`CREATE VIEW ${MARK} AS SELECT 'what is made again stands behind this' AS note`),
    db.prepare(`SELECT rowid AS rowId, type, name, tbl_name AS "table", sql FROM sqlite_master WHERE name = '${MARK}'`),
  ]);
  const [mark] = made?.results ?? [];
  if (mark === undefined) throw new Error(`${MARK} is not there after it was made`);
  return mark;
}

export function changesStatement(
  db: D1Database,
  changes: readonly Omit<SchemaChange, 'foundAtMs'>[],
  atMs: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit_schema_changes (id, found_at_ms, change, type, name, migration, old_sql, new_sql)
       SELECT value->>'id', ?2, value->>'change', value->>'type', value->>'name', value->>'migration', value->>'oldSql', value->>'newSql'
       FROM json_each(?1) WHERE true ON CONFLICT (id) DO NOTHING`,
    )
    .bind(JSON.stringify(changes), atMs);
}

const COLUMNS = 'id, found_at_ms AS foundAtMs, change, type, name, migration, old_sql AS oldSql, new_sql AS newSql';

/** Newest first, from before that place on. */
export async function changePage(
  db: D1Database,
  before: { atMs: number; id: string },
  limit: number,
): Promise<SchemaChange[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM audit_schema_changes WHERE (found_at_ms, id) < (?1, ?2)
       ORDER BY found_at_ms DESC, id DESC LIMIT ?3`,
    )
    .bind(before.atMs, before.id, limit)
    .all<SchemaChange>();
  return results;
}
