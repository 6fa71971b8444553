-- Summaries of metrics by minute, hour and day. A sealed block adds rows of its own; the fold job joins the rows of a bucket into one.
CREATE TABLE rollups (
  project_id TEXT NOT NULL,
  resolution INTEGER NOT NULL,       -- minutes in a bucket: 1, 60 or 1440
  name TEXT NOT NULL,                -- of the metric
  bucket_ms INTEGER NOT NULL,        -- Unix ms of the bucket's start, UTC
  source TEXT NOT NULL,              -- '' is folded; else the block it came from, <shard>.<first_seq>: a loose row
  total TEXT NOT NULL,               -- JSON, one cell of src/rollups/cell.ts
  dimensions TEXT NOT NULL,          -- JSON: [[label, [[value, cell], …]], …]
  PRIMARY KEY (project_id, resolution, name, bucket_ms, source)
) STRICT, WITHOUT ROWID;
-- What the fold job takes, and what retention deletes.
CREATE INDEX rollups_loose ON rollups (project_id, resolution, name, bucket_ms, source) WHERE source <> '';
CREATE INDEX rollups_minutes ON rollups (bucket_ms) WHERE resolution = 1;

CREATE TABLE rollup_metrics (
  project_id TEXT NOT NULL,
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  type TEXT NOT NULL,
  labels TEXT NOT NULL,              -- JSON array of label names
  last_seen_at_ms INTEGER NOT NULL,  -- of the newest point
  PRIMARY KEY (project_id, name)
) STRICT, WITHOUT ROWID;

-- Where each cumulative series stands, so that its next point counts by what it rose.
CREATE TABLE rollup_series (
  project_id TEXT NOT NULL,
  series TEXT NOT NULL,              -- hash of name, service, labels, resource and start
  state TEXT NOT NULL,               -- JSON, see src/rollups/series.ts
  updated_at_ms INTEGER NOT NULL,
  PRIMARY KEY (project_id, series)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_series_by_age ON rollup_series (updated_at_ms);

-- Two journals of a project that seal points of one series at the same time: the second begins again.
CREATE TABLE rollup_versions (
  project_id TEXT PRIMARY KEY,       -- '' counts the runs of the fold job, which must not overlap either
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
