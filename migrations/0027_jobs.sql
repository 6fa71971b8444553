-- What cron did (src/jobs).
CREATE TABLE jobs (
  name TEXT PRIMARY KEY,
  runs INTEGER NOT NULL,                 -- so far; the number of the newest
  failures INTEGER NOT NULL DEFAULT 0,   -- of those that ended or are lost
  failing_run INTEGER,                   -- the first that failed since the last that did not; null while it does not fail
  last_success_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE job_runs (
  name TEXT NOT NULL,
  slot INTEGER NOT NULL,                 -- number modulo 50: a run takes the place of the fiftieth before it
  number INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER,
  outcome TEXT NOT NULL CHECK (outcome IN ('running', 'done', 'failed', 'lost')),
  counts TEXT NOT NULL CHECK (json_valid(counts)),
  problem TEXT,
  request_id TEXT NOT NULL,
  asked_by TEXT,                         -- name of the user; null for cron
  PRIMARY KEY (name, slot)
) STRICT, WITHOUT ROWID;
