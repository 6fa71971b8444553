-- Requests of people to have their data erased (src/compliance/deletions).
CREATE TABLE deletion_requests (
  id TEXT PRIMARY KEY,                   -- del_…
  project_id TEXT NOT NULL REFERENCES projects (id),
  regime_id TEXT NOT NULL,
  reference TEXT NOT NULL,               -- keyed hash of the identity
  sealed TEXT,                           -- identity and contact, encrypted; null once they are forgotten
  state TEXT NOT NULL CHECK (state IN ('grace', 'due', 'running', 'done', 'cancelled')),
  received_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,              -- user id
  created_by_name TEXT NOT NULL,
  grace_ends_at_ms INTEGER NOT NULL,
  deadline_at_ms INTEGER NOT NULL,       -- by the regime, as it was when the request was entered
  cancelled_at_ms INTEGER,
  cancel_reason TEXT,
  began_at_ms INTEGER,                   -- of the execution: what was received later is not erased
  executed_at_ms INTEGER,                -- when the last one ended
  restorable_until_ms INTEGER            -- of executed_at_ms: how long the database keeps its own history
) STRICT, WITHOUT ROWID;
CREATE INDEX deletion_requests_by_time ON deletion_requests (created_at_ms, id);
CREATE INDEX deletion_requests_by_project ON deletion_requests (project_id, created_at_ms, id);
CREATE INDEX deletion_requests_by_project_state ON deletion_requests (project_id, state, created_at_ms, id);
CREATE INDEX deletion_requests_by_state ON deletion_requests (state, created_at_ms, id);
CREATE INDEX deletion_requests_in_grace ON deletion_requests (grace_ends_at_ms) WHERE state = 'grace';
CREATE INDEX deletion_requests_open ON deletion_requests (deadline_at_ms, id) WHERE state IN ('grace', 'due', 'running');
CREATE INDEX deletion_requests_to_forget ON deletion_requests (restorable_until_ms) WHERE sealed IS NOT NULL AND state = 'done';
CREATE INDEX deletion_requests_cancelled ON deletion_requests (cancelled_at_ms) WHERE sealed IS NOT NULL AND state = 'cancelled';
-- One at a time for a person in a project.
CREATE UNIQUE INDEX deletion_requests_once ON deletion_requests (project_id, reference) WHERE state IN ('grace', 'due', 'running');

-- What is kept back, and why.
CREATE TABLE deletion_holds (
  id TEXT PRIMARY KEY,                   -- dhl_…
  request_id TEXT NOT NULL REFERENCES deletion_requests (id),
  project_id TEXT NOT NULL,
  category TEXT NOT NULL,
  stream TEXT,                           -- of records; null is all
  reason TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  set_by TEXT NOT NULL,                    -- user id; system for what the product holds by itself
  set_by_name TEXT NOT NULL,
  released_at_ms INTEGER,
  released_by TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX deletion_holds_by_request ON deletion_holds (request_id, at_ms, id);

-- How far each category is. Rows come when the execution begins.
CREATE TABLE deletion_steps (
  request_id TEXT NOT NULL REFERENCES deletion_requests (id),
  project_id TEXT NOT NULL,
  category TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'held', 'failed')),
  counts TEXT NOT NULL CHECK (json_valid(counts)), -- of what was erased, by name
  held TEXT NOT NULL CHECK (json_valid(held)),     -- what was kept back: [{holdId, stream, reason, records}]
  attempts INTEGER NOT NULL DEFAULT 0,   -- failed ones, since the last that went on
  problem TEXT,
  finished_at_ms INTEGER,
  PRIMARY KEY (request_id, category)
) STRICT, WITHOUT ROWID;
CREATE INDEX deletion_steps_held ON deletion_steps (request_id) WHERE state = 'held';

-- The erasure as it was promised: written, here and in R2 (compliance/erasures/<request>.json), before the first delete.
CREATE TABLE erasure_ledger (
  request_id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  sealed TEXT,                           -- as of deletion_requests
  began_at_ms INTEGER NOT NULL,
  object_at_ms INTEGER,                  -- when the object in R2 was written; until then nothing is deleted
  executed_at_ms INTEGER
) STRICT, WITHOUT ROWID;

-- Where a running execution stands: worked with all the time, and no register. Gone when it has ended.
CREATE TABLE deletion_work (
  request_id TEXT NOT NULL,
  category TEXT NOT NULL,                -- '' is of the request: its lease
  cursor TEXT NOT NULL CHECK (json_valid(cursor)),
  counts TEXT NOT NULL CHECK (json_valid(counts)),
  held TEXT NOT NULL CHECK (json_valid(held)),
  progress REAL,
  next_at_ms INTEGER NOT NULL,           -- not before; of the lease until when it is another's
  PRIMARY KEY (request_id, category)
) STRICT, WITHOUT ROWID;

-- Groups of errors whose sample was among the erased records, until they have another.
CREATE TABLE deletion_samples (
  request_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  sample_id TEXT NOT NULL,
  PRIMARY KEY (request_id, fingerprint, sample_id)
) STRICT, WITHOUT ROWID;

-- Days and streams whose Parquet file may show what was erased.
CREATE TABLE deletion_days (
  request_id TEXT NOT NULL,
  day TEXT NOT NULL,
  stream TEXT NOT NULL,
  PRIMARY KEY (request_id, day, stream)
) STRICT, WITHOUT ROWID;

-- How far the ledger in R2 was compared with this database.
CREATE TABLE erasure_replay (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  cursor TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO erasure_replay (id, cursor) VALUES (1, NULL);

-- In the form of 0025: the identity, whoever's it is, is nowhere in the trail.
CREATE TRIGGER deletion_requests_insert_is_audited AFTER INSERT ON deletion_requests BEGIN
  INSERT INTO audit_changes VALUES ('deletion_requests', 'insert', new.id, new.project_id,
    NULL,
    json_set(json_object(
      'id', new.id, 'project_id', new.project_id, 'regime_id', new.regime_id, 'reference', new.reference,
      'sealed', iif(new.sealed IS NULL, NULL, '[redacted]'), 'state', new.state, 'received_at_ms', new.received_at_ms,
      'created_at_ms', new.created_at_ms, 'created_by', new.created_by, 'created_by_name', new.created_by_name,
      'grace_ends_at_ms', new.grace_ends_at_ms, 'deadline_at_ms', new.deadline_at_ms, 'cancelled_at_ms', new.cancelled_at_ms,
      'cancel_reason', new.cancel_reason, 'began_at_ms', new.began_at_ms, 'executed_at_ms', new.executed_at_ms),
      '$.restorable_until_ms', new.restorable_until_ms));
END;
CREATE TRIGGER deletion_requests_update_is_audited AFTER UPDATE ON deletion_requests BEGIN
  INSERT INTO audit_changes VALUES ('deletion_requests', 'update', old.id, old.project_id,
    json_set(json_object(
      'id', old.id, 'project_id', old.project_id, 'regime_id', old.regime_id, 'reference', old.reference,
      'sealed', iif(old.sealed IS NULL, NULL, '[redacted]'), 'state', old.state, 'received_at_ms', old.received_at_ms,
      'created_at_ms', old.created_at_ms, 'created_by', old.created_by, 'created_by_name', old.created_by_name,
      'grace_ends_at_ms', old.grace_ends_at_ms, 'deadline_at_ms', old.deadline_at_ms, 'cancelled_at_ms', old.cancelled_at_ms,
      'cancel_reason', old.cancel_reason, 'began_at_ms', old.began_at_ms, 'executed_at_ms', old.executed_at_ms),
      '$.restorable_until_ms', old.restorable_until_ms),
    json_set(json_object(
      'id', new.id, 'project_id', new.project_id, 'regime_id', new.regime_id, 'reference', new.reference,
      'sealed', iif(new.sealed IS NULL, NULL, iif(new.sealed IS old.sealed, '[redacted]', '[redacted, changed]')), 'state', new.state,
      'received_at_ms', new.received_at_ms, 'created_at_ms', new.created_at_ms, 'created_by', new.created_by,
      'created_by_name', new.created_by_name, 'grace_ends_at_ms', new.grace_ends_at_ms, 'deadline_at_ms', new.deadline_at_ms,
      'cancelled_at_ms', new.cancelled_at_ms, 'cancel_reason', new.cancel_reason, 'began_at_ms', new.began_at_ms,
      'executed_at_ms', new.executed_at_ms),
      '$.restorable_until_ms', new.restorable_until_ms));
END;
CREATE TRIGGER deletion_requests_delete_is_audited AFTER DELETE ON deletion_requests BEGIN
  INSERT INTO audit_changes VALUES ('deletion_requests', 'delete', old.id, old.project_id,
    json_set(json_object(
      'id', old.id, 'project_id', old.project_id, 'regime_id', old.regime_id, 'reference', old.reference,
      'sealed', iif(old.sealed IS NULL, NULL, '[redacted]'), 'state', old.state, 'received_at_ms', old.received_at_ms,
      'created_at_ms', old.created_at_ms, 'created_by', old.created_by, 'created_by_name', old.created_by_name,
      'grace_ends_at_ms', old.grace_ends_at_ms, 'deadline_at_ms', old.deadline_at_ms, 'cancelled_at_ms', old.cancelled_at_ms,
      'cancel_reason', old.cancel_reason, 'began_at_ms', old.began_at_ms, 'executed_at_ms', old.executed_at_ms),
      '$.restorable_until_ms', old.restorable_until_ms),
    NULL);
END;
CREATE TRIGGER deletion_requests_insert_replaces_nothing BEFORE INSERT ON deletion_requests
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM deletion_requests WHERE id = new.id
    OR (project_id = new.project_id AND reference = new.reference AND state IN ('grace', 'due', 'running')))
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
-- Also by a state: UPDATE OR REPLACE would take away the open request of the same person.
CREATE TRIGGER deletion_requests_update_replaces_nothing BEFORE UPDATE OF id, project_id, reference, state ON deletion_requests
  WHEN (new.id, new.project_id, new.reference) IS NOT (old.id, old.project_id, old.reference) OR NOT EXISTS (SELECT 1 FROM audit_context)
    AND EXISTS (SELECT 1 FROM deletion_requests WHERE project_id = new.project_id AND reference = new.reference AND id <> new.id
      AND state IN ('grace', 'due', 'running') AND new.state IN ('grace', 'due', 'running'))
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced, and keep their keys'); END;
CREATE TRIGGER deletion_holds_insert_is_audited AFTER INSERT ON deletion_holds BEGIN
  INSERT INTO audit_changes VALUES ('deletion_holds', 'insert', new.id, new.project_id,
    NULL,
    json_object(
      'id', new.id, 'request_id', new.request_id, 'project_id', new.project_id, 'category', new.category, 'stream', new.stream,
      'reason', new.reason, 'at_ms', new.at_ms, 'set_by', new.set_by, 'set_by_name', new.set_by_name, 'released_at_ms', new.released_at_ms,
      'released_by', new.released_by));
END;
CREATE TRIGGER deletion_holds_update_is_audited AFTER UPDATE ON deletion_holds BEGIN
  INSERT INTO audit_changes VALUES ('deletion_holds', 'update', old.id, old.project_id,
    json_object(
      'id', old.id, 'request_id', old.request_id, 'project_id', old.project_id, 'category', old.category, 'stream', old.stream,
      'reason', old.reason, 'at_ms', old.at_ms, 'set_by', old.set_by, 'set_by_name', old.set_by_name, 'released_at_ms', old.released_at_ms,
      'released_by', old.released_by),
    json_object(
      'id', new.id, 'request_id', new.request_id, 'project_id', new.project_id, 'category', new.category, 'stream', new.stream,
      'reason', new.reason, 'at_ms', new.at_ms, 'set_by', new.set_by, 'set_by_name', new.set_by_name, 'released_at_ms', new.released_at_ms,
      'released_by', new.released_by));
END;
CREATE TRIGGER deletion_holds_delete_is_audited AFTER DELETE ON deletion_holds BEGIN
  INSERT INTO audit_changes VALUES ('deletion_holds', 'delete', old.id, old.project_id,
    json_object(
      'id', old.id, 'request_id', old.request_id, 'project_id', old.project_id, 'category', old.category, 'stream', old.stream,
      'reason', old.reason, 'at_ms', old.at_ms, 'set_by', old.set_by, 'set_by_name', old.set_by_name, 'released_at_ms', old.released_at_ms,
      'released_by', old.released_by),
    NULL);
END;
CREATE TRIGGER deletion_holds_insert_replaces_nothing BEFORE INSERT ON deletion_holds
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM deletion_holds WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER deletion_holds_update_replaces_nothing BEFORE UPDATE OF id ON deletion_holds
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;
CREATE TRIGGER deletion_steps_insert_is_audited AFTER INSERT ON deletion_steps BEGIN
  INSERT INTO audit_changes VALUES ('deletion_steps', 'insert', new.request_id || '/' || new.category, new.project_id,
    NULL,
    json_object(
      'request_id', new.request_id, 'project_id', new.project_id, 'category', new.category, 'state', new.state, 'counts', json(new.counts),
      'held', json(new.held), 'attempts', new.attempts, 'problem', new.problem, 'finished_at_ms', new.finished_at_ms));
END;
CREATE TRIGGER deletion_steps_update_is_audited AFTER UPDATE ON deletion_steps BEGIN
  INSERT INTO audit_changes VALUES ('deletion_steps', 'update', old.request_id || '/' || old.category, old.project_id,
    json_object(
      'request_id', old.request_id, 'project_id', old.project_id, 'category', old.category, 'state', old.state, 'counts', json(old.counts),
      'held', json(old.held), 'attempts', old.attempts, 'problem', old.problem, 'finished_at_ms', old.finished_at_ms),
    json_object(
      'request_id', new.request_id, 'project_id', new.project_id, 'category', new.category, 'state', new.state, 'counts', json(new.counts),
      'held', json(new.held), 'attempts', new.attempts, 'problem', new.problem, 'finished_at_ms', new.finished_at_ms));
END;
CREATE TRIGGER deletion_steps_delete_is_audited AFTER DELETE ON deletion_steps BEGIN
  INSERT INTO audit_changes VALUES ('deletion_steps', 'delete', old.request_id || '/' || old.category, old.project_id,
    json_object(
      'request_id', old.request_id, 'project_id', old.project_id, 'category', old.category, 'state', old.state, 'counts', json(old.counts),
      'held', json(old.held), 'attempts', old.attempts, 'problem', old.problem, 'finished_at_ms', old.finished_at_ms),
    NULL);
END;
CREATE TRIGGER deletion_steps_insert_replaces_nothing BEFORE INSERT ON deletion_steps
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM deletion_steps WHERE request_id = new.request_id AND category = new.category)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER deletion_steps_update_replaces_nothing BEFORE UPDATE OF request_id, category ON deletion_steps
  WHEN new.request_id IS NOT old.request_id OR new.category IS NOT old.category
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;
CREATE TRIGGER erasure_ledger_insert_is_audited AFTER INSERT ON erasure_ledger BEGIN
  INSERT INTO audit_changes VALUES ('erasure_ledger', 'insert', new.request_id, new.project_id,
    NULL,
    json_object(
      'request_id', new.request_id, 'project_id', new.project_id, 'reference', new.reference,
      'sealed', iif(new.sealed IS NULL, NULL, '[redacted]'), 'began_at_ms', new.began_at_ms, 'object_at_ms', new.object_at_ms,
      'executed_at_ms', new.executed_at_ms));
END;
CREATE TRIGGER erasure_ledger_update_is_audited AFTER UPDATE ON erasure_ledger BEGIN
  INSERT INTO audit_changes VALUES ('erasure_ledger', 'update', old.request_id, old.project_id,
    json_object(
      'request_id', old.request_id, 'project_id', old.project_id, 'reference', old.reference,
      'sealed', iif(old.sealed IS NULL, NULL, '[redacted]'), 'began_at_ms', old.began_at_ms, 'object_at_ms', old.object_at_ms,
      'executed_at_ms', old.executed_at_ms),
    json_object(
      'request_id', new.request_id, 'project_id', new.project_id, 'reference', new.reference,
      'sealed', iif(new.sealed IS NULL, NULL, iif(new.sealed IS old.sealed, '[redacted]', '[redacted, changed]')),
      'began_at_ms', new.began_at_ms, 'object_at_ms', new.object_at_ms, 'executed_at_ms', new.executed_at_ms));
END;
CREATE TRIGGER erasure_ledger_delete_is_audited AFTER DELETE ON erasure_ledger BEGIN
  INSERT INTO audit_changes VALUES ('erasure_ledger', 'delete', old.request_id, old.project_id,
    json_object(
      'request_id', old.request_id, 'project_id', old.project_id, 'reference', old.reference,
      'sealed', iif(old.sealed IS NULL, NULL, '[redacted]'), 'began_at_ms', old.began_at_ms, 'object_at_ms', old.object_at_ms,
      'executed_at_ms', old.executed_at_ms),
    NULL);
END;
CREATE TRIGGER erasure_ledger_insert_replaces_nothing BEFORE INSERT ON erasure_ledger
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM erasure_ledger WHERE request_id = new.request_id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER erasure_ledger_update_replaces_nothing BEFORE UPDATE OF request_id ON erasure_ledger
  WHEN new.request_id IS NOT old.request_id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;
