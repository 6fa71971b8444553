-- Where a block lies in R2; null while the database alone has it. Its payload may be in both.
ALTER TABLE blocks ADD COLUMN archive_id TEXT;
ALTER TABLE blocks ADD COLUMN archive_offset INTEGER;    -- of its gzip member in the object; packed_bytes is its length
ALTER TABLE blocks ADD COLUMN hot_until_ms INTEGER;      -- of an archived block whose payload is here too: until when; null where it is not
-- What the status of a project sums, and what is due, without touching index rows, which hold long summaries. An index answers alone only where it has each
-- column that is named, archive_id too, though it is null in all of these.
CREATE INDEX blocks_to_archive ON blocks (project_id, max_ts, sealed_at_ms, records, raw_bytes, packed_bytes, archive_id) WHERE archive_id IS NULL;
CREATE INDEX blocks_to_cool ON blocks (hot_until_ms) WHERE hot_until_ms IS NOT NULL;
CREATE INDEX blocks_cold ON blocks (project_id, max_ts, id) WHERE archive_id IS NOT NULL AND hot_until_ms IS NULL;
CREATE INDEX blocks_by_archive ON blocks (archive_id, archive_offset, hot_until_ms) WHERE archive_id IS NOT NULL;
-- What is archived is not compacted any more: its members lie where they lie (src/blocks/compact-store.ts has the same words).
DROP INDEX blocks_small;
CREATE INDEX blocks_small ON blocks (project_id, shard, stream, first_seq, last_seq, sealed_at_ms, records, raw_bytes,
  packed_bytes, archive_id) WHERE records < 1250 AND raw_bytes < 1048576 AND archive_id IS NULL;

-- The number of a day's last object: the name of one that is gone is never given to another.
CREATE TABLE archive_numbers (
  project_id TEXT NOT NULL REFERENCES projects (id),
  day TEXT NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (project_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE archives (
  id TEXT PRIMARY KEY,                                   -- arc_…
  project_id TEXT NOT NULL REFERENCES projects (id),
  day TEXT NOT NULL,                                     -- yyyy-mm-dd, UTC, of the newest record of each of its blocks
  number INTEGER NOT NULL,                               -- batch-0001 is 1; given once a day
  stream TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('writing', 'current', 'leaving')),
  object_key TEXT NOT NULL UNIQUE,
  blocks INTEGER NOT NULL,
  records INTEGER NOT NULL,
  raw_bytes INTEGER NOT NULL,
  packed_bytes INTEGER NOT NULL,
  min_ts INTEGER NOT NULL,
  max_ts INTEGER NOT NULL,
  sha256 TEXT NOT NULL,                                  -- hex, of the object; '' while writing
  storage_class TEXT NOT NULL CHECK (storage_class IN ('Standard', 'InfrequentAccess')),
  created_at_ms INTEGER NOT NULL,
  verified_at_ms INTEGER,
  problem TEXT,                                          -- what the last verification found; null is nothing
  failed_reads INTEGER NOT NULL DEFAULT 0,               -- of searches that found a block of it missing or damaged
  manifest_sequence INTEGER,                             -- of the first version that names it, or no longer does; null: to be written; 0: none ever named it
  sources TEXT NOT NULL CHECK (json_valid(sources)),     -- while writing: its blocks in their order, each with id, hash and packed bytes; then []
  replaces TEXT,                                         -- while writing: the archive whose blocks these are, of which some were erased
  UNIQUE (project_id, day, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX archives_unsettled ON archives (project_id, created_at_ms) WHERE state <> 'current' OR manifest_sequence IS NULL;
CREATE INDEX archives_by_stream ON archives (project_id, stream, day, number);
CREATE INDEX archives_by_class ON archives (project_id, day) WHERE storage_class = 'Standard' AND state = 'current';
CREATE INDEX archives_by_age ON archives (project_id, stream, max_ts) WHERE state = 'current';
CREATE INDEX archives_summed ON archives (project_id, records, raw_bytes, packed_bytes) WHERE state = 'current';

CREATE TABLE archive_manifests (
  project_id TEXT NOT NULL REFERENCES projects (id),
  sequence INTEGER NOT NULL CHECK (sequence > 0),
  day TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('archived', 'erased', 'expired')),
  sha256 TEXT NOT NULL,                                  -- hex, of the object
  written_at_ms INTEGER NOT NULL,
  found INTEGER NOT NULL DEFAULT 0,                      -- 1: it was in R2 and not here, and the rows of its day were not held against it yet
  PRIMARY KEY (project_id, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_manifests_found ON archive_manifests (project_id, day) WHERE found = 1;
CREATE INDEX archive_manifests_by_day ON archive_manifests (project_id, day, sequence);

CREATE TABLE archive_settings (
  project_id TEXT PRIMARY KEY REFERENCES projects (id),
  settings TEXT NOT NULL CHECK (json_valid(settings)),   -- ArchiveSettings of src/wire/archive.ts
  version INTEGER NOT NULL CHECK (version > 0),
  changed_at_ms INTEGER NOT NULL,
  changed_by TEXT NOT NULL                               -- user or key id
) STRICT, WITHOUT ROWID;
CREATE TRIGGER archive_settings_insert_is_audited AFTER INSERT ON archive_settings BEGIN
  INSERT INTO audit_changes VALUES ('archive_settings', 'insert', new.project_id, new.project_id,
    NULL,
    json_object(
      'project_id', new.project_id, 'settings', json(new.settings), 'version', new.version, 'changed_at_ms', new.changed_at_ms,
      'changed_by', new.changed_by));
END;
CREATE TRIGGER archive_settings_update_is_audited AFTER UPDATE ON archive_settings BEGIN
  INSERT INTO audit_changes VALUES ('archive_settings', 'update', old.project_id, old.project_id,
    json_object(
      'project_id', old.project_id, 'settings', json(old.settings), 'version', old.version, 'changed_at_ms', old.changed_at_ms,
      'changed_by', old.changed_by),
    json_object(
      'project_id', new.project_id, 'settings', json(new.settings), 'version', new.version, 'changed_at_ms', new.changed_at_ms,
      'changed_by', new.changed_by));
END;
CREATE TRIGGER archive_settings_delete_is_audited AFTER DELETE ON archive_settings BEGIN
  INSERT INTO audit_changes VALUES ('archive_settings', 'delete', old.project_id, old.project_id,
    json_object(
      'project_id', old.project_id, 'settings', json(old.settings), 'version', old.version, 'changed_at_ms', old.changed_at_ms,
      'changed_by', old.changed_by),
    NULL);
END;
CREATE TRIGGER archive_settings_insert_replaces_nothing BEFORE INSERT ON archive_settings
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM archive_settings WHERE project_id = new.project_id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER archive_settings_update_replaces_nothing BEFORE UPDATE OF project_id ON archive_settings
  WHEN new.project_id IS NOT old.project_id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TABLE legal_holds (
  id TEXT PRIMARY KEY,                                   -- hld_…
  project_id TEXT NOT NULL REFERENCES projects (id),
  stream TEXT,                                           -- null is every stream
  from_ms INTEGER NOT NULL,
  to_ms INTEGER,                                         -- exclusive; null is without end
  reason TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  created_by_name TEXT NOT NULL,
  released_at_ms INTEGER,
  released_by TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX legal_holds_by_project ON legal_holds (project_id, created_at_ms, id);
CREATE INDEX legal_holds_in_force ON legal_holds (project_id) WHERE released_at_ms IS NULL;
CREATE TRIGGER legal_holds_insert_is_audited AFTER INSERT ON legal_holds BEGIN
  INSERT INTO audit_changes VALUES ('legal_holds', 'insert', new.id, new.project_id,
    NULL,
    json_object(
      'id', new.id, 'project_id', new.project_id, 'stream', new.stream, 'from_ms', new.from_ms, 'to_ms', new.to_ms, 'reason', new.reason,
      'created_at_ms', new.created_at_ms, 'created_by', new.created_by, 'created_by_name', new.created_by_name, 'released_at_ms', new.released_at_ms,
      'released_by', new.released_by));
END;
CREATE TRIGGER legal_holds_update_is_audited AFTER UPDATE ON legal_holds BEGIN
  INSERT INTO audit_changes VALUES ('legal_holds', 'update', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'stream', old.stream, 'from_ms', old.from_ms, 'to_ms', old.to_ms, 'reason', old.reason,
      'created_at_ms', old.created_at_ms, 'created_by', old.created_by, 'created_by_name', old.created_by_name, 'released_at_ms', old.released_at_ms,
      'released_by', old.released_by),
    json_object(
      'id', new.id, 'project_id', new.project_id, 'stream', new.stream, 'from_ms', new.from_ms, 'to_ms', new.to_ms, 'reason', new.reason,
      'created_at_ms', new.created_at_ms, 'created_by', new.created_by, 'created_by_name', new.created_by_name, 'released_at_ms', new.released_at_ms,
      'released_by', new.released_by));
END;
CREATE TRIGGER legal_holds_delete_is_audited AFTER DELETE ON legal_holds BEGIN
  INSERT INTO audit_changes VALUES ('legal_holds', 'delete', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'stream', old.stream, 'from_ms', old.from_ms, 'to_ms', old.to_ms, 'reason', old.reason,
      'created_at_ms', old.created_at_ms, 'created_by', old.created_by, 'created_by_name', old.created_by_name, 'released_at_ms', old.released_at_ms,
      'released_by', old.released_by),
    NULL);
END;
CREATE TRIGGER legal_holds_insert_replaces_nothing BEFORE INSERT ON legal_holds
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM legal_holds WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER legal_holds_update_replaces_nothing BEFORE UPDATE OF id ON legal_holds
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TABLE warehouse_files (
  project_id TEXT NOT NULL REFERENCES projects (id),
  day TEXT NOT NULL,
  stream TEXT NOT NULL,
  object_key TEXT NOT NULL,
  records INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  sources TEXT NOT NULL,                                 -- hash of the ids and hashes of the archives it was made from: other ones, and it is made again
  written_at_ms INTEGER NOT NULL,
  PRIMARY KEY (project_id, day, stream)
) STRICT, WITHOUT ROWID;
