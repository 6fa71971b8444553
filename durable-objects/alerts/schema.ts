/** Append only: a step that has shipped is never edited (schema-steps.ts checks). */
export const ALERTS_SCHEMA: readonly string[] = [
  `-- Of the project, and what is known of it.
   CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
   -- The copy of the settings that evaluation goes by, and how each rule stands.
   CREATE TABLE rules (
     id TEXT PRIMARY KEY,
     definition TEXT NOT NULL,
     -- Of its counts: records before are not in them. Another condition begins anew.
     counted_since_ms INTEGER NOT NULL,
     -- Null: nothing changes by itself.
     due_at_ms INTEGER,
     value REAL,
     evaluated_at_ms INTEGER,
     problem TEXT,
     -- Evaluations in a row that had one.
     failures INTEGER NOT NULL DEFAULT 0
   ) WITHOUT ROWID;
   CREATE TABLE silences (id TEXT PRIMARY KEY, definition TEXT NOT NULL) WITHOUT ROWID;
   -- What pends or fires, and what ended while its notice has to wait: src/alerts/state.
   CREATE TABLE rule_groups (
     rule_id TEXT NOT NULL,
     firing_id TEXT NOT NULL,
     state TEXT NOT NULL,
     PRIMARY KEY (rule_id, firing_id)
   ) WITHOUT ROWID;
   -- How far each stream of each journal is counted, and since when without a gap. Written with the counts.
   CREATE TABLE followed (
     shard INTEGER NOT NULL,
     stream TEXT NOT NULL,
     next_seq INTEGER NOT NULL,
     since_ms INTEGER NOT NULL,
     PRIMARY KEY (shard, stream)
   ) WITHOUT ROWID;
   CREATE TABLE counts (
     rule_id TEXT NOT NULL,
     group_key TEXT NOT NULL,
     bucket INTEGER NOT NULL,
     records INTEGER NOT NULL,
     PRIMARY KEY (rule_id, group_key, bucket)
   ) WITHOUT ROWID;
   CREATE TABLE firings (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     rule_id TEXT NOT NULL,
     state TEXT NOT NULL,
     began_at_ms INTEGER NOT NULL,
     firing TEXT NOT NULL
   );
   CREATE INDEX firings_by_rule ON firings (rule_id, seq);
   CREATE INDEX firings_by_state ON firings (state, seq);
   -- Notices that their destination has not answered for.
   CREATE TABLE outbox (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     destination_id TEXT NOT NULL,
     event_id TEXT NOT NULL,
     event TEXT NOT NULL,
     created_at_ms INTEGER NOT NULL,
     UNIQUE (destination_id, event_id)
   );
   CREATE INDEX outbox_by_destination ON outbox (destination_id, seq);`,
];
