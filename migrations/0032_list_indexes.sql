-- For pages of lists with 100,000 rows, which go through none of the others (npm run bench -- pages).
-- With the times of an archive in the index: a range that few archives touch is found without reading the others.
CREATE INDEX archives_by_day ON archives (project_id, day, number, min_ts, max_ts);
DROP INDEX archives_by_stream;
CREATE INDEX archives_by_stream ON archives (project_id, stream, day, number, min_ts, max_ts);
-- A project that has none in a state is found out at once.
CREATE INDEX breaches_by_project_state ON breaches (project_id, state, rank, sort_ms, id);
