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

-- Notices of one kind that are told together: what one event to each destination is made of (src/notices). A flood of them is one event.
CREATE TABLE notice_bundles (
  id TEXT PRIMARY KEY,                   -- ntb_…
  kind TEXT NOT NULL,
  notices INTEGER NOT NULL,              -- how many there are
  newest TEXT NOT NULL CHECK (json_valid(newest)), -- the newest 20 of them
  told TEXT NOT NULL CHECK (json_valid(told)),     -- ids of the destinations that have it
  created_at_ms INTEGER NOT NULL,
  sent_at_ms INTEGER                     -- when every destination had it
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_bundles_unsent ON notice_bundles (created_at_ms) WHERE sent_at_ms IS NULL;
CREATE INDEX notice_bundles_by_time ON notice_bundles (created_at_ms);

-- One row: where notices go.
CREATE TABLE notice_settings (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  destination_ids TEXT NOT NULL CHECK (json_valid(destination_ids)),
  origin TEXT NOT NULL,                  -- of the deployment, such as https://ops.example.com, for links
  changed_at_ms INTEGER NOT NULL,
  changed_by TEXT NOT NULL               -- user id
) STRICT;

CREATE TRIGGER notice_settings_insert_is_audited AFTER INSERT ON notice_settings BEGIN
  INSERT INTO audit_changes VALUES ('notice_settings', 'insert', new.id, NULL,
    NULL,
    json_object(
      'id', new.id, 'destination_ids', json(new.destination_ids), 'origin', new.origin, 'changed_at_ms', new.changed_at_ms,
      'changed_by', new.changed_by));
END;
CREATE TRIGGER notice_settings_update_is_audited AFTER UPDATE ON notice_settings BEGIN
  INSERT INTO audit_changes VALUES ('notice_settings', 'update', old.id, NULL,
    json_object(
      'id', old.id, 'destination_ids', json(old.destination_ids), 'origin', old.origin, 'changed_at_ms', old.changed_at_ms,
      'changed_by', old.changed_by),
    json_object(
      'id', new.id, 'destination_ids', json(new.destination_ids), 'origin', new.origin, 'changed_at_ms', new.changed_at_ms,
      'changed_by', new.changed_by));
END;
CREATE TRIGGER notice_settings_delete_is_audited AFTER DELETE ON notice_settings BEGIN
  INSERT INTO audit_changes VALUES ('notice_settings', 'delete', old.id, NULL,
    json_object(
      'id', old.id, 'destination_ids', json(old.destination_ids), 'origin', old.origin, 'changed_at_ms', old.changed_at_ms,
      'changed_by', old.changed_by),
    NULL);
END;
CREATE TRIGGER notice_settings_insert_replaces_nothing BEFORE INSERT ON notice_settings
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM notice_settings WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER notice_settings_update_replaces_nothing BEFORE UPDATE OF id ON notice_settings
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

-- How far each sweep for what nothing names any more has come.
CREATE TABLE sweeps (
  name TEXT PRIMARY KEY,
  after_key TEXT NOT NULL                -- it goes on behind this one; '' begins again
) STRICT, WITHOUT ROWID;
CREATE INDEX warehouse_files_by_key ON warehouse_files (object_key);

-- One row: what lies in R2, as last counted, and what the operators were told of the size of the database.
CREATE TABLE storage_use (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  objects TEXT NOT NULL CHECK (json_valid(objects)), -- StorageUse.objects of src/wire/jobs.ts
  counted_at_ms INTEGER NOT NULL,
  told_percent INTEGER NOT NULL          -- the highest mark that was told since the database was last well below it
) STRICT;
