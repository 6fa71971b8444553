-- A number is brought by one entry alone: the one by which the sealer goes on behind the last checkpoint after the database was put back to before it, so that
-- what was sealed is not given again (src/trail/seal).
DROP TRIGGER audit_gives_numbers;
CREATE TRIGGER audit_gives_numbers BEFORE INSERT ON audit
WHEN new.seq > 0 AND NOT (
  new.seq > (SELECT coalesce(max(seq), 0) FROM audit) AND EXISTS (SELECT 1 FROM audit_checkpoints WHERE size = new.seq - 1))
BEGIN SELECT RAISE(ABORT, 'audit rows do not bring their number'); END;

-- `action` is `<table>.<operation>` for a change, so this one finds tables and operations too (src/trail/list).
CREATE INDEX audit_by_action ON audit (action, actor_kind);
CREATE INDEX audit_by_request ON audit (request_id);

-- Signed statements of what the trail was: copies of what lies in R2 at audit/checkpoints/<size>, to be listed.
CREATE TABLE audit_checkpoints (
  size INTEGER PRIMARY KEY CHECK (size > 0), -- entries 1 to this one
  root_hash TEXT NOT NULL,                   -- base64
  signed_at_ms INTEGER NOT NULL,
  kid TEXT NOT NULL,
  note TEXT NOT NULL                         -- by C2SP tlog-checkpoint
) STRICT;
CREATE TRIGGER audit_checkpoints_stay BEFORE UPDATE ON audit_checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are not changed'); END;
CREATE TRIGGER audit_checkpoints_are_kept BEFORE DELETE ON audit_checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are not deleted'); END;
CREATE TRIGGER audit_checkpoints_replace_nothing BEFORE INSERT ON audit_checkpoints
WHEN EXISTS (SELECT 1 FROM audit_checkpoints WHERE size = new.size AND note <> new.note)
BEGIN SELECT RAISE(ABORT, 'checkpoints are not changed'); END;

CREATE TABLE audit_findings (
  id TEXT PRIMARY KEY,                       -- of the fact: found again it is the same
  kind TEXT NOT NULL CHECK (kind IN ('altered', 'missing', 'tree', 'signature', 'schema', 'console_write')),
  seq INTEGER,                               -- null where it is of no one entry
  detail TEXT NOT NULL,
  found_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_findings_by_time ON audit_findings (found_at_ms, id);
CREATE TRIGGER audit_findings_stay BEFORE UPDATE ON audit_findings BEGIN SELECT RAISE(ABORT, 'findings are not changed'); END;
CREATE TRIGGER audit_findings_are_kept BEFORE DELETE ON audit_findings BEGIN SELECT RAISE(ABORT, 'findings are not deleted'); END;

-- The check of all entries, as far as it is. `range` and what it belongs to are signed: whoever moves it is found out.
CREATE TABLE audit_verification (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  started_at_ms INTEGER NOT NULL,
  to_size INTEGER NOT NULL,                  -- it looks at entries 1 to this one
  done_size INTEGER NOT NULL,
  range TEXT NOT NULL,                       -- JSON list of base64: the roots of the whole subtrees so far, largest first
  kid TEXT NOT NULL,
  signature TEXT NOT NULL,                   -- base64
  verified_at_ms INTEGER                     -- when the last one ended; null before the first
) STRICT;

-- What was found changed in tables, indexes, triggers and views. What they were is kept in R2 at audit/schema.json.
CREATE TABLE audit_schema_changes (
  id TEXT PRIMARY KEY,
  found_at_ms INTEGER NOT NULL,
  change TEXT NOT NULL CHECK (change IN ('added', 'changed', 'removed', 'made_again')),
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  migration TEXT,                            -- that was applied since the last look; null where none was, which is a finding
  old_sql TEXT,
  new_sql TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_schema_changes_by_time ON audit_schema_changes (found_at_ms, id);
CREATE TRIGGER audit_schema_changes_stay BEFORE UPDATE ON audit_schema_changes BEGIN SELECT RAISE(ABORT, 'the ledger is not changed'); END;
CREATE TRIGGER audit_schema_changes_are_kept BEFORE DELETE ON audit_schema_changes BEGIN SELECT RAISE(ABORT, 'the ledger is not deleted'); END;

-- Public keys of every pair of DATA_SECRETS that ever signed, so that what a dropped pair signed still verifies. Each is endorsed by the pair that signs now:
-- a row that somebody else puts here is trusted by nobody.
CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY,
  public_key TEXT NOT NULL,                  -- base64 of 32 bytes, Ed25519
  since_ms INTEGER NOT NULL,
  endorsed_by TEXT NOT NULL,                 -- kid
  endorsement TEXT NOT NULL                  -- base64 of the signature over kid, key and since
) STRICT, WITHOUT ROWID;
CREATE TRIGGER signing_keys_insert AFTER INSERT ON signing_keys BEGIN
  INSERT INTO audit_changes VALUES ('signing_keys', 'insert', new.kid, NULL, NULL, json_object('kid', new.kid, 'public_key', new.public_key,
    'since_ms', new.since_ms, 'endorsed_by', new.endorsed_by, 'endorsement', new.endorsement));
END;
CREATE TRIGGER signing_keys_update AFTER UPDATE ON signing_keys BEGIN
  INSERT INTO audit_changes VALUES ('signing_keys', 'update', new.kid, NULL, json_object('kid', old.kid, 'public_key', old.public_key,
    'since_ms', old.since_ms, 'endorsed_by', old.endorsed_by, 'endorsement', old.endorsement), json_object('kid', new.kid, 'public_key', new.public_key,
    'since_ms', new.since_ms, 'endorsed_by', new.endorsed_by, 'endorsement', new.endorsement));
END;
CREATE TRIGGER signing_keys_delete AFTER DELETE ON signing_keys BEGIN
  INSERT INTO audit_changes VALUES ('signing_keys', 'delete', old.kid, NULL, json_object('kid', old.kid, 'public_key', old.public_key,
    'since_ms', old.since_ms, 'endorsed_by', old.endorsed_by, 'endorsement', old.endorsement), NULL);
END;
CREATE TRIGGER signing_keys_insert_replaces_nothing BEFORE INSERT ON signing_keys
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM signing_keys WHERE kid = new.kid)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER signing_keys_update_replaces_nothing BEFORE UPDATE OF kid ON signing_keys
  WHEN new.kid IS NOT old.kid
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;
