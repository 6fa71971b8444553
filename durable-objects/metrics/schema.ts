/** Append only: a step that has shipped is never edited (schema-steps.ts checks). */
export const METRICS_SCHEMA: readonly string[] = [
  `-- What isolates told and the next alarm adds up; the key is how a repeat is known.
   CREATE TABLE deltas (isolate TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (isolate, seq)) WITHOUT ROWID;
   -- The highest number of each isolate whose deltas are added up.
   CREATE TABLE isolates (isolate TEXT PRIMARY KEY, seq INTEGER NOT NULL, seen_at_ms INTEGER NOT NULL) WITHOUT ROWID;
   -- Series of minutes (width 1), of hours (60), and of all time (0, bucket 0), in parts of a bounded size.
   CREATE TABLE series (
     width INTEGER NOT NULL,
     bucket_ms INTEGER NOT NULL,
     part INTEGER NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (width, bucket_ms, part)
   ) WITHOUT ROWID;
   -- Hours that D1 is to have, or to have again: the version rises with each change, and goes when it is confirmed.
   CREATE TABLE changed_hours (hour_ms INTEGER PRIMARY KEY, version INTEGER NOT NULL);
   -- The newest word of each object.
   CREATE TABLE gauges (
     gauge TEXT NOT NULL,
     owner TEXT NOT NULL,
     project_id TEXT NOT NULL,
     value REAL NOT NULL,
     at_ms INTEGER NOT NULL,
     PRIMARY KEY (gauge, owner)
   ) WITHOUT ROWID;
   CREATE TABLE slow_requests (
     hour_ms INTEGER NOT NULL,
     duration_ms REAL NOT NULL,
     request_id TEXT NOT NULL,
     route TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (hour_ms, duration_ms, request_id)
   ) WITHOUT ROWID;
   CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;`,
];
