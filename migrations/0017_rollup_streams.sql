-- Rollups of vitals, operations and errors beside those of metrics: a name is one of its stream. `dimensions` is an object now, each label's cells
-- a JSON text of their own, so that SQLite hands out one label without reading into the others.
DROP INDEX rollups_loose;
DROP INDEX rollups_minutes;
ALTER TABLE rollups RENAME TO rollups_of_metrics;
CREATE TABLE rollups (
  project_id TEXT NOT NULL,
  stream TEXT NOT NULL,              -- metrics, vitals, operations or errors
  resolution INTEGER NOT NULL,       -- minutes in a bucket: 1, 60 or 1440
  name TEXT NOT NULL,                -- of the metric, vital, scope or group of errors
  bucket_ms INTEGER NOT NULL,        -- Unix ms of the bucket's start, UTC
  source TEXT NOT NULL,              -- '' is folded; else the block it came from, <shard>.<first_seq>: a loose row
  total TEXT NOT NULL,               -- JSON, one cell of src/rollups/cell.ts
  dimensions TEXT NOT NULL,          -- JSON: {label: text of [[value, cell], …], …}
  PRIMARY KEY (project_id, stream, resolution, name, bucket_ms, source)
) STRICT, WITHOUT ROWID;
INSERT INTO rollups SELECT project_id, 'metrics', resolution, name, bucket_ms, source, total,
  (SELECT json_group_object(d.value->>0, (d.value->1) || '') FROM json_each(rollups_of_metrics.dimensions) d) FROM rollups_of_metrics;
DROP TABLE rollups_of_metrics;
-- What the fold job takes, and what retention deletes.
CREATE INDEX rollups_loose ON rollups (project_id, stream, resolution, name, bucket_ms, source) WHERE source <> '';
CREATE INDEX rollups_minutes ON rollups (bucket_ms) WHERE resolution = 1;
CREATE INDEX rollups_hours ON rollups (bucket_ms) WHERE resolution = 60;
-- Where every name of a stream is asked for, the key above would be walked through from its beginning.
CREATE INDEX rollups_by_time ON rollups (project_id, stream, resolution, bucket_ms, name) WHERE stream = 'errors';
