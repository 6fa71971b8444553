/** Append only: a step that has shipped is never edited (schema-steps.ts checks). */
export const LIMITER_SCHEMA: readonly string[] = [
  `-- The newest minute of each rate.
   CREATE TABLE windows (name TEXT PRIMARY KEY, minute INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
   -- Records of the newest day, by key with a quota.
   CREATE TABLE quotas (key_id TEXT PRIMARY KEY, day INTEGER NOT NULL, records INTEGER NOT NULL) WITHOUT ROWID;
   -- Members of bounded sets, by day and hash (src/limits/names.ts).
   CREATE TABLE members (day INTEGER NOT NULL, set_key TEXT NOT NULL, hash INTEGER NOT NULL, PRIMARY KEY (day, set_key, hash)) WITHOUT ROWID;
   -- What was refused as a member, as text, up to a bound. value is '' for a name.
   CREATE TABLE quarantine (
     kind TEXT NOT NULL,
     name TEXT NOT NULL,
     value TEXT NOT NULL,
     records INTEGER NOT NULL,
     first_seen_at_ms INTEGER NOT NULL,
     last_seen_at_ms INTEGER NOT NULL,
     PRIMARY KEY (kind, name, value)
   ) WITHOUT ROWID;
   CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`,
];
