-- A query walks a project's blocks by time without touching their index rows, which hold long summaries: everything it decides by first
-- is in the index itself.
DROP INDEX blocks_by_time;
CREATE INDEX blocks_by_time ON blocks (project_id, max_ts, min_ts, stream, shard, first_seq, last_seq, raw_bytes, sealed_at_ms);

-- What compaction looks at: blocks under a quarter full (src/blocks/compact-store.ts has the same numbers).
CREATE INDEX blocks_small ON blocks (project_id, shard, stream, first_seq, last_seq, sealed_at_ms, records, raw_bytes,
  packed_bytes) WHERE records < 1250 AND raw_bytes < 1048576;

-- Counts compactions. A query that reads its list of blocks in several pages compares: pages of different epochs do not fit together.
CREATE TABLE block_epochs (
  project_id TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Answers of histograms and facets for a minute. The key holds the heads of the journals, so an answer is never older than what was
-- acknowledged before the question.
CREATE TABLE query_cache (
  key TEXT PRIMARY KEY,              -- project:<id>:<operation>:<hash of the parameters and of the journal heads>
  body TEXT NOT NULL,                -- JSON, as it was answered
  expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX query_cache_by_expiry ON query_cache (expires_at_ms);

CREATE TABLE saved_searches (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id),
  name TEXT NOT NULL,
  q TEXT NOT NULL,
  stream TEXT,                       -- null is all streams
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL           -- user or key id
) STRICT, WITHOUT ROWID;
CREATE INDEX saved_searches_by_project ON saved_searches (project_id, created_at_ms, id);
