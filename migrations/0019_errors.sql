-- Groups of errors that are the same (src/errors): what each is, and when it was seen. Counts are in rollups, under the fingerprint as name.
CREATE TABLE error_groups (
  project_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,         -- 16 hex digits
  type TEXT NOT NULL,
  message TEXT NOT NULL,             -- of the newest record
  culprit TEXT,                      -- of the newest record; NULL where it had no frame of the application
  first_seen_ms INTEGER NOT NULL,    -- by the times of the records
  last_seen_ms INTEGER NOT NULL,
  first_release TEXT,                -- of the oldest record; NULL where it named none
  last_release TEXT,
  sample_id TEXT NOT NULL,           -- the newest record
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved', 'ignored')),
  status_at_ms INTEGER,              -- NULL while nobody has said anything
  status_by TEXT,
  PRIMARY KEY (project_id, fingerprint)
) STRICT, WITHOUT ROWID;
-- What is forgotten.
CREATE INDEX error_groups_by_age ON error_groups (last_seen_ms);

-- Releases, to be drawn as lines in charts: announced by people and pipelines, or seen in records.
CREATE TABLE releases (
  project_id TEXT NOT NULL,
  release TEXT NOT NULL,
  announced_at_ms INTEGER,           -- NULL where nobody did
  announced_by TEXT,
  seen_at_ms INTEGER,                -- time of the first record that named it; NULL before that
  PRIMARY KEY (project_id, release)
) STRICT, WITHOUT ROWID;

-- Source maps; the maps themselves are in R2, at sourcemaps/<project>/<release hash>/<file hash>.
CREATE TABLE source_maps (
  project_id TEXT NOT NULL,
  release TEXT NOT NULL,
  file TEXT NOT NULL,                -- path of the generated file without host, or its name alone
  bytes INTEGER NOT NULL,            -- of the map
  packed_bytes INTEGER NOT NULL,     -- as stored
  sha256 TEXT NOT NULL,              -- of the map
  uploaded_at_ms INTEGER NOT NULL,
  uploaded_by TEXT NOT NULL,
  PRIMARY KEY (project_id, release, file)
) STRICT, WITHOUT ROWID;
