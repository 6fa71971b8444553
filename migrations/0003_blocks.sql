-- Sealed blocks: the index row, the payload and the token filter live apart, so that a query reads only what it needs.
CREATE TABLE blocks (
  id TEXT PRIMARY KEY,               -- <project>.<shard>.<stream>.<first_seq>, or the same with ~<last_seq> after compaction
  project_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  stream TEXT NOT NULL,
  first_seq INTEGER NOT NULL,        -- sequence of the first record in its (project, shard, stream); records are contiguous
  last_seq INTEGER NOT NULL,
  records INTEGER NOT NULL,
  min_ts INTEGER NOT NULL,           -- Unix ms, inclusive
  max_ts INTEGER NOT NULL,           -- Unix ms, inclusive
  summary TEXT NOT NULL,             -- JSON: counts by level, by service, by minute and level
  raw_bytes INTEGER NOT NULL,
  packed_bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,              -- hex, of the gzip bytes
  sealed_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Queries walk a project's blocks from the newest backwards.
CREATE INDEX blocks_by_time ON blocks (project_id, max_ts);

CREATE TABLE block_payloads (
  block_id TEXT PRIMARY KEY,
  data TEXT NOT NULL                 -- base64 of gzip NDJSON
) STRICT, WITHOUT ROWID;             -- one row written a block instead of two; reads are by key alone


CREATE TABLE block_filters (
  block_id TEXT PRIMARY KEY,
  filter TEXT NOT NULL               -- base64, see src/blocks/filter.ts
) STRICT, WITHOUT ROWID;

-- How far each journal stream is sealed. Written with the block: a seal that is repeated after a crash, even when the
-- block was compacted away in between, changes nothing.
CREATE TABLE seal_watermarks (
  project_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  stream TEXT NOT NULL,
  last_seq INTEGER NOT NULL,
  PRIMARY KEY (project_id, shard, stream)
) STRICT, WITHOUT ROWID;
-- Socket resume and context walk one journal stream in sequence.
CREATE INDEX blocks_by_seq ON blocks (project_id, shard, stream, first_seq);
