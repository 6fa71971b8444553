-- What is done to data of one type before it is stored. A version never changes; the highest is the one in use.
CREATE TABLE etl_schemas (
  project_id TEXT NOT NULL REFERENCES projects (id),
  data_type TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  schema TEXT NOT NULL,              -- JSON of src/etl/schema.ts
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,          -- user or key id
  PRIMARY KEY (project_id, data_type, version)
) STRICT, WITHOUT ROWID;

-- The key by which values are masked: equal values of a project have equal hashes. It never changes, or they would not any more.
CREATE TABLE etl_references (
  project_id TEXT PRIMARY KEY REFERENCES projects (id),
  secret TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A run of POST /api/etl/start. `running` with a lease that has passed reads as broken: its process has died.
CREATE TABLE etl_jobs (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id),
  principal TEXT NOT NULL,           -- key id or user:<id>
  dedupe TEXT,                       -- hash of the Idempotency-Key; null without one
  attempt INTEGER NOT NULL,          -- of the same Idempotency-Key; an older one no longer writes here
  told_by INTEGER NOT NULL,          -- the attempt that state, progress and rejects are of
  data_type TEXT NOT NULL,
  schema_version INTEGER NOT NULL,   -- 0 is none
  stream TEXT NOT NULL,              -- of records that name none
  service TEXT NOT NULL,             -- likewise
  resent_from TEXT,                  -- the job whose rejects these are
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'broken')),
  broken_by TEXT,                    -- code of the refusal
  progress TEXT NOT NULL,            -- JSON of src/etl/progress.ts: counts, steps, rejects kept
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  lease_until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX etl_jobs_by_project ON etl_jobs (project_id, created_at_ms, id);
CREATE INDEX etl_jobs_by_age ON etl_jobs (created_at_ms);
CREATE UNIQUE INDEX etl_jobs_by_dedupe ON etl_jobs (project_id, principal, dedupe) WHERE dedupe IS NOT NULL;

CREATE TABLE etl_rejects (
  job_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  part INTEGER NOT NULL,
  project_id TEXT NOT NULL,
  bytes INTEGER NOT NULL,            -- of data
  data TEXT NOT NULL,                -- base64 of gzip NDJSON, a line a reject; at most 1.9 MB
  PRIMARY KEY (job_id, attempt, part)
) STRICT, WITHOUT ROWID;
-- What a project has, without reading it.
CREATE INDEX etl_rejects_by_project ON etl_rejects (project_id, bytes);
