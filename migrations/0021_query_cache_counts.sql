-- How often answers were found in query_cache. An isolate adds what it has counted when it next stores an answer.
CREATE TABLE query_cache_counts (
  project_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  hits INTEGER NOT NULL,
  misses INTEGER NOT NULL,
  PRIMARY KEY (project_id, operation)
) STRICT, WITHOUT ROWID;
