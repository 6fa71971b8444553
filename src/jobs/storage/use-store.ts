import type { StorageUse } from '../../wire/jobs.ts';

export interface CountedUse {
  objects: StorageUse['objects'];
  countedAtMs: number;
  toldPercent: number;
}

/** What was counted last, null before the first time; and how large the database is now. */
export async function readUse(db: D1Database): Promise<{ use: CountedUse | null; databaseBytes: number }> {
  const { results, meta } = await db
    .prepare('SELECT objects, counted_at_ms, told_percent FROM storage_use WHERE id = 1')
    .all<{ objects: string; counted_at_ms: number; told_percent: number }>();
  const [row] = results;
  const use = row
    ? { objects: JSON.parse(row.objects), countedAtMs: row.counted_at_ms, toldPercent: row.told_percent }
    : null;
  return { use, databaseBytes: meta.size_after };
}

export function saveUse(db: D1Database, { objects, countedAtMs, toldPercent }: CountedUse): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO storage_use (id, objects, counted_at_ms, told_percent) VALUES (1, ?1, ?2, ?3)
       ON CONFLICT (id) DO UPDATE SET objects = excluded.objects, counted_at_ms = excluded.counted_at_ms,
         told_percent = excluded.told_percent`,
    )
    .bind(JSON.stringify(objects), countedAtMs, toldPercent);
}

/** Reads every row of the registers of what lies in R2. Of manifests nobody keeps the size. */
export async function countObjects(db: D1Database): Promise<StorageUse['objects']> {
  const { results } = await db
    .prepare(
      `SELECT 'archive' AS kind, count(*) AS objects, total(packed_bytes) AS bytes FROM archives WHERE state <> 'writing'
       UNION ALL SELECT 'manifest', count(*), NULL FROM archive_manifests
       UNION ALL SELECT 'warehouse', count(*), total(bytes) FROM warehouse_files
       UNION ALL SELECT 'source_map', count(*), total(packed_bytes) FROM source_maps`,
    )
    .all<StorageUse['objects'][number]>();
  return results;
}
