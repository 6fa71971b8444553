CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
  -- Journal shards (0 .. n-1) that have confirmed `disabled`. Fewer than configured: pushed again by cron. 64 is the most there can be,
  -- so the default says that no journal has to be told anything.
  confirmed_shards INTEGER NOT NULL DEFAULT 64,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX projects_by_creation ON projects (created_at_ms, id);
CREATE INDEX projects_unconfirmed ON projects (confirmed_shards) WHERE confirmed_shards < 64;

CREATE TABLE project_keys (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id),
  name TEXT NOT NULL,
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),             -- JSON array
  origins TEXT CHECK (origins IS NULL OR json_valid(origins)), -- JSON array; null is any origin
  key_hash TEXT NOT NULL,                                      -- SHA-256, hex; the key itself is shown once
  prefix TEXT NOT NULL,                                        -- first characters of the key, to tell keys apart
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,                                    -- user or key id
  revoked_at_ms INTEGER,                                       -- in the future while a rotation's grace lasts
  confirmed_shards INTEGER NOT NULL DEFAULT 64                 -- as in projects, for revoked_at_ms
) STRICT, WITHOUT ROWID;
CREATE INDEX project_keys_by_project ON project_keys (project_id, created_at_ms, id);
CREATE INDEX project_keys_unconfirmed ON project_keys (confirmed_shards) WHERE confirmed_shards < 64;
