import type { Page, PageRequest } from '../shared/page.ts';
import { pageOf } from '../shared/page.ts';
import type { Stream } from '../wire/record.ts';

export interface SavedSearch {
  id: string;
  name: string;
  q: string;
  stream: Stream | null;
  createdAtMs: number;
  /** User or key id. */
  createdBy: string;
}

interface Row {
  id: string;
  name: string;
  q: string;
  stream: string | null;
  created_at_ms: number;
  created_by: string;
}

export async function listSavedSearches(
  db: D1Database,
  projectId: string,
  { limit, after }: PageRequest,
): Promise<Page<SavedSearch>> {
  const { results } = await db
    .prepare(
      `SELECT id, name, q, stream, created_at_ms, created_by FROM saved_searches
       WHERE project_id = ?1 AND (created_at_ms, id) > (?2, ?3) ORDER BY created_at_ms, id LIMIT ?4`,
    )
    .bind(projectId, after.atMs, after.id, limit + 1)
    .all<Row>();
  const rows = results.map(
    ({ id, name, q, stream, created_at_ms, created_by }): SavedSearch => ({
      id,
      name,
      q,
      stream: stream as Stream | null,
      createdAtMs: created_at_ms,
      createdBy: created_by,
    }),
  );
  return pageOf(rows, limit);
}

/** Does nothing where the project has `most` searches already. */
export function insertSavedSearch(
  db: D1Database,
  projectId: string,
  search: SavedSearch,
  most: number,
): D1PreparedStatement {
  const { id, name, q, stream, createdAtMs, createdBy } = search;
  return db
    .prepare(
      `INSERT INTO saved_searches (id, project_id, name, q, stream, created_at_ms, created_by)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE (SELECT count(*) FROM saved_searches WHERE project_id = ?2) < ?8`,
    )
    .bind(id, projectId, name, q, stream, createdAtMs, createdBy, most);
}

export function deleteSavedSearch(db: D1Database, projectId: string, id: string): D1PreparedStatement {
  return db.prepare('DELETE FROM saved_searches WHERE project_id = ?1 AND id = ?2').bind(projectId, id);
}
