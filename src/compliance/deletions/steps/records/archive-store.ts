import type { Stream } from '../../../../wire/record.ts';
import type { Guard } from '../../store/work-store.ts';

/** In the transaction in which it takes its place. */
export function isCurrent(archiveId: string): Guard {
  return {
    holds: (n) => `EXISTS (SELECT 1 FROM archives WHERE id = ?${n} AND state = 'current')`,
    bindings: [archiveId],
  };
}

/** What an erasure needs to know of an archive; null where it is no more. */
export async function archivePlace(
  db: D1Database,
  archiveId: string,
): Promise<{ state: 'writing' | 'current' | 'leaving'; day: string; stream: Stream } | null> {
  return db
    .prepare('SELECT state, day, stream FROM archives WHERE id = ?1')
    .bind(archiveId)
    .first<{ state: 'writing' | 'current' | 'leaving'; day: string; stream: Stream }>();
}

/** Whether objects of the project are on their way in or out: what they hold may be of before. */
export async function hasUnsettled(db: D1Database, projectId: string): Promise<boolean> {
  const row = await db
    .prepare(`SELECT 1 AS n FROM archives WHERE project_id = ?1 AND state <> 'current' LIMIT 1`)
    .bind(projectId)
    .first<{ n: number }>();
  return row !== null;
}

/** The next run of the warehouse makes the files of these days again, of what is left. */
export function forgetWarehouseFiles(
  db: D1Database,
  projectId: string,
  days: readonly { day: string; stream: string }[],
): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM warehouse_files WHERE project_id = ?1
         AND (day, stream) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2)) RETURNING day`,
    )
    .bind(projectId, JSON.stringify(days.map(({ day, stream }) => [day, stream])));
}
