import { chunks, type Fill, NUMBERED_IDS, randomIds } from './rows.ts';

const DAY_MS = 86_400_000;
/** Back from the end of the hot period. */
const DAYS = 365;
const HOT_DAYS = 30;

/**
 * Archives of a year, each of one block, with the manifests that name them and a Parquet file for each day and stream. The objects themselves are not there:
 * no list reads one.
 */
export async function fillArchives({ db, projectId, rows, nowMs }: Fill): Promise<void> {
  const firstDayMs = Math.floor(nowMs / DAY_MS - HOT_DAYS - DAYS) * DAY_MS;
  const perDay = Math.ceil(rows / DAYS);
  const stream = `CASE i % 20 WHEN 0 THEN 'metrics' WHEN 1 THEN 'errors' WHEN 2 THEN 'spans' ELSE 'logs' END`;
  const dayMs = `(CAST(?3 AS INTEGER) + ((i - 1) / ${perDay}) * ${DAY_MS})`;
  const day = `date(${dayMs} / 1000, 'unixepoch')`;
  const minTs = `(${dayMs} + ((i - 1) % ${perDay}) * ${Math.floor(DAY_MS / (perDay + 1))})`;
  const key = `'archive/' || ?4 || '/' || replace(${day}, '-', '/') || '/batch-' || printf('%04d', (i - 1) % ${perDay} + 1) || '.ndjson.gz'`;
  for (const piece of chunks(rows)) {
    const ids = [randomIds('arc', piece), piece.from];
    await db.batch([
      db
        .prepare(
          `${NUMBERED_IDS} INSERT INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts,
             sha256, storage_class, created_at_ms, verified_at_ms, manifest_sequence, sources)
           SELECT id, ?4, ${day}, (i - 1) % ${perDay} + 1, ${stream}, 'current', ${key}, 1, 5000, 1200000, 190000 + i % 1000,
             ${minTs}, ${minTs} + 60000, lower(hex(randomblob(32))), iif(${dayMs} < ?5, 'InfrequentAccess', 'Standard'),
             ${dayMs} + ${HOT_DAYS * DAY_MS}, iif(i % 3 = 0, ${dayMs} + ${(HOT_DAYS + 1) * DAY_MS}, NULL), i, '[]' FROM n`,
        )
        .bind(...ids, firstDayMs, projectId, nowMs - 90 * DAY_MS),
      db
        .prepare(
          `${NUMBERED_IDS} INSERT INTO blocks (id, project_id, shard, stream, first_seq, last_seq, records, min_ts, max_ts, summary, raw_bytes, packed_bytes, sha256,
             sealed_at_ms, archive_id, archive_offset)
           SELECT project_id || '.0.' || stream || '.' || (manifest_sequence * 5000), project_id, 0, stream, manifest_sequence * 5000,
             manifest_sequence * 5000 + 4999, records, min_ts, max_ts, '{"levels":{"info":5000},"services":{"shop":5000},"minutes":[]}', raw_bytes,
             packed_bytes, sha256, max_ts + 60000, id, 0
           FROM n CROSS JOIN archives USING (id)`,
        )
        .bind(...ids),
      db
        .prepare(
          `${NUMBERED_IDS} INSERT INTO archive_manifests (project_id, sequence, day, reason, sha256, written_at_ms)
           SELECT project_id, manifest_sequence, day, 'archived', lower(hex(randomblob(32))), created_at_ms
           FROM n CROSS JOIN archives USING (id)`,
        )
        .bind(...ids),
    ]);
  }
  await db.batch([
    db
      .prepare(
        `INSERT INTO archive_numbers (project_id, day, last) SELECT project_id, day, max(number) FROM archives WHERE project_id = ?1 GROUP BY day`,
      )
      .bind(projectId),
    db
      .prepare(
        `INSERT INTO warehouse_files (project_id, day, stream, object_key, records, bytes, sources, written_at_ms)
         SELECT project_id, day, stream, 'warehouse/' || project_id || '/' || stream || '/' || day || '.parquet', sum(records), sum(packed_bytes),
           lower(hex(randomblob(32))), max(created_at_ms)
         FROM archives WHERE project_id = ?1 GROUP BY day, stream`,
      )
      .bind(projectId),
  ]);
}
