-- The trail holds, beside what the program says that somebody did, what became of the rows of critical tables: written by triggers, in the transaction of
-- the change. actor_kind has a fifth value, so the table is made again; sequence numbers stay.
CREATE TABLE audit_of_actions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- from 1, without gaps; never reused, so a gap is visible
  at_ms INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('anonymous', 'user', 'key', 'system', 'console')),
  actor_id TEXT,                         -- user id, key id or job name; null for anonymous and the console
  action TEXT NOT NULL,                  -- <noun>.<verb>, such as key.revoke; of a change <table>.<operation>
  target TEXT NOT NULL,                  -- id of what was changed
  project_id TEXT,                       -- null where the change concerns the whole deployment
  request_id TEXT NOT NULL,
  address TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)), -- JSON object, never with a secret
  claim_id TEXT,
  session_id TEXT,
  table_name TEXT,                       -- of a change; the next three too
  operation TEXT CHECK (operation IN ('insert', 'update', 'delete')),
  old_values TEXT,                       -- JSON object of columns, secrets redacted; null for an insert
  new_values TEXT                        -- likewise; null for a delete
) STRICT;
INSERT INTO audit_of_actions (seq, at_ms, actor_kind, actor_id, action, target, project_id, request_id, address, detail, claim_id, session_id)
  SELECT seq, at_ms, actor_kind, actor_id, action, target, project_id, request_id, address, detail, claim_id, session_id FROM audit;
-- An empty trail has given no number yet; one that has, has its last one in its newest row: rows are not deleted.
DROP TABLE audit;
ALTER TABLE audit_of_actions RENAME TO audit;

CREATE INDEX audit_by_project ON audit (project_id, seq);
CREATE INDEX audit_by_actor ON audit (actor_id, seq);
CREATE INDEX audit_by_target ON audit (target, seq);
CREATE INDEX audit_by_claim ON audit (claim_id) WHERE claim_id IS NOT NULL;

CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are not changed'); END;
CREATE TRIGGER audit_keeps_history BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are not deleted'); END;
-- INSERT OR REPLACE deletes without asking the trigger above (recursive_triggers is off). A row whose number SQLite gives has -1 here.
CREATE TRIGGER audit_replaces_nothing BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = new.seq)
BEGIN SELECT RAISE(ABORT, 'audit rows are not changed'); END;

CREATE TRIGGER audit_needs_its_claim BEFORE INSERT ON audit
WHEN new.claim_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM idempotency_keys WHERE claim_id = new.claim_id AND state = 'running')
BEGIN SELECT RAISE(ABORT, 'idempotency claim lost'); END;

CREATE TRIGGER audit_marks_its_claim AFTER INSERT ON audit WHEN new.claim_id IS NOT NULL
BEGIN UPDATE idempotency_keys SET executed_at_ms = new.at_ms WHERE claim_id = new.claim_id AND executed_at_ms IS NULL; END;

CREATE TRIGGER audit_needs_its_session BEFORE INSERT ON audit
WHEN new.session_id IS NOT NULL AND new.action NOT GLOB 'session.*'
  AND NOT EXISTS (SELECT 1 FROM sessions WHERE id = new.session_id AND revoked_at_ms IS NULL)
BEGIN SELECT RAISE(ABORT, 'the session has ended'); END;

-- Who writes: one row for the length of a transaction, put there by its first statement and taken away by its last (src/audit/batch.ts).
CREATE TABLE audit_context (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  at_ms INTEGER NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT,
  request_id TEXT NOT NULL,
  address TEXT NOT NULL
) STRICT;

-- What the deployment tells its operators (src/notices).
CREATE TABLE notices (
  id TEXT PRIMARY KEY,                   -- the same fact has the same id: it is told once
  kind TEXT NOT NULL,                    -- dotted; the type of the event that destinations get
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  title TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  path TEXT,                             -- of the dashboard
  at_ms INTEGER NOT NULL,
  sent_at_ms INTEGER                     -- when every destination had it
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_by_time ON notices (at_ms, id);
CREATE INDEX notices_unsent ON notices (at_ms) WHERE sent_at_ms IS NULL;

-- What triggers of critical tables write to: adds who it was. Without a context it was nobody that this program knows, and the operators are told.
CREATE VIEW audit_changes (table_name, operation, target, project_id, old_values, new_values) AS
  SELECT table_name, operation, target, project_id, old_values, new_values FROM audit WHERE table_name IS NOT NULL;
CREATE TRIGGER audit_changes_become_rows INSTEAD OF INSERT ON audit_changes
BEGIN
  INSERT INTO audit (at_ms, actor_kind, actor_id, action, target, project_id, request_id, address, detail, table_name, operation, old_values, new_values)
    SELECT coalesce(c.at_ms, CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)), coalesce(c.actor_kind, 'console'), c.actor_id,
      new.table_name || '.' || new.operation, new.target, new.project_id, coalesce(c.request_id, ''), coalesce(c.address, ''), '{}',
      new.table_name, new.operation, new.old_values, new.new_values
    FROM (SELECT 1) LEFT JOIN audit_context c ON c.id = 1;
  INSERT INTO notices (id, kind, severity, title, detail, path, at_ms)
    SELECT 'audit.console_write/' || a.seq, 'audit.console_write', 'critical', 'A critical table was written from outside the program',
      json_object('table', a.table_name, 'operation', a.operation, 'target', a.target, 'seq', a.seq), '/audit?actorKind=console', a.at_ms
    FROM audit a WHERE a.seq = (SELECT max(seq) FROM audit) AND a.actor_kind = 'console';
END;
