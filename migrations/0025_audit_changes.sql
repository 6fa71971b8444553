-- The trail holds, beside what the program says that somebody did, what became of the rows of critical tables: written by triggers, in the transaction of
-- the change. actor_kind has a fifth value, so the table is made again; sequence numbers stay.
CREATE TABLE audit_of_actions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT CHECK (seq > 0), -- from 1, without gaps; never reused, so a gap is visible
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
-- INSERT OR REPLACE deletes without asking the trigger above (recursive_triggers is off), and a number from far ahead would leave a gap, or none to give.
-- A row whose number SQLite gives has none here yet (it reads -1).
CREATE TRIGGER audit_gives_numbers BEFORE INSERT ON audit WHEN new.seq > 0
BEGIN SELECT RAISE(ABORT, 'audit rows do not bring their number'); END;

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
  bundle TEXT                            -- id in notice_bundles, with which it is sent; null until it is in one
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_by_time ON notices (at_ms, id);
CREATE INDEX notices_unbundled ON notices (at_ms) WHERE bundle IS NULL;

-- Whatever is written without a context came from outside the program: a critical table, or a line that somebody added here. The operators are told, in
-- its transaction.
CREATE TRIGGER audit_tells_of_the_console AFTER INSERT ON audit WHEN NOT EXISTS (SELECT 1 FROM audit_context)
BEGIN
  INSERT INTO notices (id, kind, severity, title, detail, path, at_ms) VALUES (
    'audit.console_write/' || new.seq, 'audit.console_write', 'critical',
    iif(new.table_name IS NULL, 'The audit trail was written to from outside the program', 'A critical table was written from outside the program'),
    json_object('table', coalesce(new.table_name, 'audit'), 'operation', coalesce(new.operation, 'insert'), 'target', new.target, 'seq', new.seq),
    '/audit?entry=' || new.seq, new.at_ms);
END;

-- What triggers of critical tables write to: adds who it was. Without a context it was nobody that this program knows.
CREATE VIEW audit_changes (table_name, operation, target, project_id, old_values, new_values) AS
  SELECT table_name, operation, target, project_id, old_values, new_values FROM audit WHERE table_name IS NOT NULL;
CREATE TRIGGER audit_changes_become_rows INSTEAD OF INSERT ON audit_changes
BEGIN
  INSERT INTO audit (at_ms, actor_kind, actor_id, action, target, project_id, request_id, address, detail, table_name, operation, old_values, new_values)
    SELECT coalesce(c.at_ms, CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)), coalesce(c.actor_kind, 'console'), c.actor_id,
      -- Never null: what the writing statement says OR IGNORE to would be left out here without a word.
      new.table_name || '.' || new.operation, coalesce(new.target, ''), new.project_id, coalesce(c.request_id, ''), coalesce(c.address, ''), '{}',
      new.table_name, new.operation, new.old_values, new.new_values
    FROM (SELECT 1) LEFT JOIN audit_context c ON c.id = 1;
END;

-- The triggers of each critical table. The form, which later migrations copy for theirs (a test holds every trigger against the columns of its table, and a
-- column that is added later makes its triggers again):
-- * All columns, JSON as JSON; secrets and hashes of them as '[redacted]', in new values of an update '[redacted, changed]' where they are other ones. Public
--   keys stay. D1 takes 32 arguments, so json_object has 16 columns at most and json_set the others (json_patch would lose what is null).
-- * Bookkeeping by the program makes no entry: when a session was last seen, what an object or a journal has confirmed. Written from outside it does,
--   because it keeps an idle session, a revoked key or an open socket alive: so the program brings its context with these writes too.
-- * A later migration that writes rows of these tables is a writer like others: it begins with a row in audit_context (`system`, its own name) and ends by
--   deleting it.
-- * REPLACE takes rows away without asking a trigger. The program never says it (a test reads its SQL); from outside it is refused. So is another key for a
--   row, and by UPDATE OR REPLACE another row's.

CREATE TRIGGER users_insert_is_audited AFTER INSERT ON users BEGIN
  INSERT INTO audit_changes VALUES ('users', 'insert', new.id, NULL,
    NULL,
    json_object(
      'id', new.id, 'username', new.username, 'username_key', new.username_key, 'password_hash', '[redacted]', 'role', new.role,
      'project_ids', json(new.project_ids), 'disabled', new.disabled, 'created_at_ms', new.created_at_ms, 'last_login_at_ms', new.last_login_at_ms));
END;
CREATE TRIGGER users_update_is_audited AFTER UPDATE ON users WHEN
  (old.id, old.username, old.username_key, old.password_hash, old.role, old.project_ids, old.disabled, old.created_at_ms) IS NOT
  (new.id, new.username, new.username_key, new.password_hash, new.role, new.project_ids, new.disabled, new.created_at_ms)
  OR NOT EXISTS (SELECT 1 FROM audit_context)
BEGIN
  INSERT INTO audit_changes VALUES ('users', 'update', old.id, NULL,
    json_object(
      'id', old.id, 'username', old.username, 'username_key', old.username_key, 'password_hash', '[redacted]', 'role', old.role,
      'project_ids', json(old.project_ids), 'disabled', old.disabled, 'created_at_ms', old.created_at_ms, 'last_login_at_ms', old.last_login_at_ms),
    json_object(
      'id', new.id, 'username', new.username, 'username_key', new.username_key,
      'password_hash', iif(new.password_hash IS old.password_hash, '[redacted]', '[redacted, changed]'), 'role', new.role,
      'project_ids', json(new.project_ids), 'disabled', new.disabled, 'created_at_ms', new.created_at_ms, 'last_login_at_ms', new.last_login_at_ms));
END;
CREATE TRIGGER users_delete_is_audited AFTER DELETE ON users BEGIN
  INSERT INTO audit_changes VALUES ('users', 'delete', old.id, NULL,
    json_object(
      'id', old.id, 'username', old.username, 'username_key', old.username_key, 'password_hash', '[redacted]', 'role', old.role,
      'project_ids', json(old.project_ids), 'disabled', old.disabled, 'created_at_ms', old.created_at_ms, 'last_login_at_ms', old.last_login_at_ms),
    NULL);
END;
CREATE TRIGGER users_insert_replaces_nothing BEFORE INSERT ON users
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM users WHERE id = new.id OR username_key = new.username_key)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER users_update_replaces_nothing BEFORE UPDATE OF id, username_key ON users
  WHEN new.id IS NOT old.id OR EXISTS (SELECT 1 FROM users WHERE username_key = new.username_key AND id <> new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced, and keep their keys'); END;

CREATE TRIGGER sessions_insert_is_audited AFTER INSERT ON sessions BEGIN
  INSERT INTO audit_changes VALUES ('sessions', 'insert', new.id, NULL,
    NULL,
    json_set(json_object(
      'id', new.id, 'user_id', new.user_id, 'created_at_ms', new.created_at_ms, 'last_seen_at_ms', new.last_seen_at_ms, 'expires_at_ms', new.expires_at_ms,
      'revoked_at_ms', new.revoked_at_ms, 'user_agent', new.user_agent, 'address', new.address, 'sockets_told', new.sockets_told,
      'secret_hash', '[redacted]', 'generation', new.generation, 'superseded', '[redacted]', 'proven_at_ms', new.proven_at_ms, 'country', new.country,
      'last_address', new.last_address, 'last_country', new.last_country),
      '$.last_user_agent', new.last_user_agent));
END;
CREATE TRIGGER sessions_update_is_audited AFTER UPDATE ON sessions WHEN
  (old.id, old.user_id, old.created_at_ms, old.expires_at_ms, old.revoked_at_ms, old.user_agent, old.address, old.secret_hash, old.generation,
   old.superseded, old.proven_at_ms, old.country) IS NOT
  (new.id, new.user_id, new.created_at_ms, new.expires_at_ms, new.revoked_at_ms, new.user_agent, new.address, new.secret_hash, new.generation,
   new.superseded, new.proven_at_ms, new.country)
  OR NOT EXISTS (SELECT 1 FROM audit_context)
BEGIN
  INSERT INTO audit_changes VALUES ('sessions', 'update', old.id, NULL,
    json_set(json_object(
      'id', old.id, 'user_id', old.user_id, 'created_at_ms', old.created_at_ms, 'last_seen_at_ms', old.last_seen_at_ms, 'expires_at_ms', old.expires_at_ms,
      'revoked_at_ms', old.revoked_at_ms, 'user_agent', old.user_agent, 'address', old.address, 'sockets_told', old.sockets_told,
      'secret_hash', '[redacted]', 'generation', old.generation, 'superseded', '[redacted]', 'proven_at_ms', old.proven_at_ms, 'country', old.country,
      'last_address', old.last_address, 'last_country', old.last_country),
      '$.last_user_agent', old.last_user_agent),
    json_set(json_object(
      'id', new.id, 'user_id', new.user_id, 'created_at_ms', new.created_at_ms, 'last_seen_at_ms', new.last_seen_at_ms, 'expires_at_ms', new.expires_at_ms,
      'revoked_at_ms', new.revoked_at_ms, 'user_agent', new.user_agent, 'address', new.address, 'sockets_told', new.sockets_told,
      'secret_hash', iif(new.secret_hash IS old.secret_hash, '[redacted]', '[redacted, changed]'), 'generation', new.generation,
      'superseded', iif(new.superseded IS old.superseded, '[redacted]', '[redacted, changed]'), 'proven_at_ms', new.proven_at_ms, 'country', new.country,
      'last_address', new.last_address, 'last_country', new.last_country),
      '$.last_user_agent', new.last_user_agent));
END;
CREATE TRIGGER sessions_delete_is_audited AFTER DELETE ON sessions BEGIN
  INSERT INTO audit_changes VALUES ('sessions', 'delete', old.id, NULL,
    json_set(json_object(
      'id', old.id, 'user_id', old.user_id, 'created_at_ms', old.created_at_ms, 'last_seen_at_ms', old.last_seen_at_ms, 'expires_at_ms', old.expires_at_ms,
      'revoked_at_ms', old.revoked_at_ms, 'user_agent', old.user_agent, 'address', old.address, 'sockets_told', old.sockets_told,
      'secret_hash', '[redacted]', 'generation', old.generation, 'superseded', '[redacted]', 'proven_at_ms', old.proven_at_ms, 'country', old.country,
      'last_address', old.last_address, 'last_country', old.last_country),
      '$.last_user_agent', old.last_user_agent),
    NULL);
END;
CREATE TRIGGER sessions_insert_replaces_nothing BEFORE INSERT ON sessions
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM sessions WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER sessions_update_replaces_nothing BEFORE UPDATE OF id ON sessions
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER user_totp_insert_is_audited AFTER INSERT ON user_totp BEGIN
  INSERT INTO audit_changes VALUES ('user_totp', 'insert', new.user_id, NULL,
    NULL,
    json_object(
      'user_id', new.user_id, 'secret', '[redacted]', 'created_at_ms', new.created_at_ms, 'enabled_at_ms', new.enabled_at_ms, 'last_step', new.last_step));
END;
CREATE TRIGGER user_totp_update_is_audited AFTER UPDATE ON user_totp BEGIN
  INSERT INTO audit_changes VALUES ('user_totp', 'update', old.user_id, NULL,
    json_object(
      'user_id', old.user_id, 'secret', '[redacted]', 'created_at_ms', old.created_at_ms, 'enabled_at_ms', old.enabled_at_ms, 'last_step', old.last_step),
    json_object(
      'user_id', new.user_id, 'secret', iif(new.secret IS old.secret, '[redacted]', '[redacted, changed]'), 'created_at_ms', new.created_at_ms,
      'enabled_at_ms', new.enabled_at_ms, 'last_step', new.last_step));
END;
CREATE TRIGGER user_totp_delete_is_audited AFTER DELETE ON user_totp BEGIN
  INSERT INTO audit_changes VALUES ('user_totp', 'delete', old.user_id, NULL,
    json_object(
      'user_id', old.user_id, 'secret', '[redacted]', 'created_at_ms', old.created_at_ms, 'enabled_at_ms', old.enabled_at_ms, 'last_step', old.last_step),
    NULL);
END;
CREATE TRIGGER user_totp_insert_replaces_nothing BEFORE INSERT ON user_totp
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM user_totp WHERE user_id = new.user_id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER user_totp_update_replaces_nothing BEFORE UPDATE OF user_id ON user_totp
  WHEN new.user_id IS NOT old.user_id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER passkeys_insert_is_audited AFTER INSERT ON passkeys BEGIN
  INSERT INTO audit_changes VALUES ('passkeys', 'insert', new.id, NULL,
    NULL,
    json_object(
      'id', new.id, 'credential_id', new.credential_id, 'user_id', new.user_id, 'public_key', new.public_key, 'counter', new.counter,
      'transports', json(new.transports), 'name', new.name, 'backed_up', new.backed_up, 'created_at_ms', new.created_at_ms,
      'last_used_at_ms', new.last_used_at_ms));
END;
CREATE TRIGGER passkeys_update_is_audited AFTER UPDATE ON passkeys BEGIN
  INSERT INTO audit_changes VALUES ('passkeys', 'update', old.id, NULL,
    json_object(
      'id', old.id, 'credential_id', old.credential_id, 'user_id', old.user_id, 'public_key', old.public_key, 'counter', old.counter,
      'transports', json(old.transports), 'name', old.name, 'backed_up', old.backed_up, 'created_at_ms', old.created_at_ms,
      'last_used_at_ms', old.last_used_at_ms),
    json_object(
      'id', new.id, 'credential_id', new.credential_id, 'user_id', new.user_id, 'public_key', new.public_key, 'counter', new.counter,
      'transports', json(new.transports), 'name', new.name, 'backed_up', new.backed_up, 'created_at_ms', new.created_at_ms,
      'last_used_at_ms', new.last_used_at_ms));
END;
CREATE TRIGGER passkeys_delete_is_audited AFTER DELETE ON passkeys BEGIN
  INSERT INTO audit_changes VALUES ('passkeys', 'delete', old.id, NULL,
    json_object(
      'id', old.id, 'credential_id', old.credential_id, 'user_id', old.user_id, 'public_key', old.public_key, 'counter', old.counter,
      'transports', json(old.transports), 'name', old.name, 'backed_up', old.backed_up, 'created_at_ms', old.created_at_ms,
      'last_used_at_ms', old.last_used_at_ms),
    NULL);
END;
CREATE TRIGGER passkeys_insert_replaces_nothing BEFORE INSERT ON passkeys
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM passkeys WHERE id = new.id OR credential_id = new.credential_id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER passkeys_update_replaces_nothing BEFORE UPDATE OF id, credential_id ON passkeys
  WHEN new.id IS NOT old.id OR EXISTS (SELECT 1 FROM passkeys WHERE credential_id = new.credential_id AND id <> new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced, and keep their keys'); END;

CREATE TRIGGER recovery_codes_insert_is_audited AFTER INSERT ON recovery_codes BEGIN
  INSERT INTO audit_changes VALUES ('recovery_codes', 'insert', new.user_id, NULL,
    NULL,
    json_object(
      'code_hash', '[redacted]', 'user_id', new.user_id, 'created_at_ms', new.created_at_ms, 'used_at_ms', new.used_at_ms));
END;
CREATE TRIGGER recovery_codes_update_is_audited AFTER UPDATE ON recovery_codes BEGIN
  INSERT INTO audit_changes VALUES ('recovery_codes', 'update', old.user_id, NULL,
    json_object(
      'code_hash', '[redacted]', 'user_id', old.user_id, 'created_at_ms', old.created_at_ms, 'used_at_ms', old.used_at_ms),
    json_object(
      'code_hash', iif(new.code_hash IS old.code_hash, '[redacted]', '[redacted, changed]'), 'user_id', new.user_id, 'created_at_ms', new.created_at_ms,
      'used_at_ms', new.used_at_ms));
END;
CREATE TRIGGER recovery_codes_delete_is_audited AFTER DELETE ON recovery_codes BEGIN
  INSERT INTO audit_changes VALUES ('recovery_codes', 'delete', old.user_id, NULL,
    json_object(
      'code_hash', '[redacted]', 'user_id', old.user_id, 'created_at_ms', old.created_at_ms, 'used_at_ms', old.used_at_ms),
    NULL);
END;
CREATE TRIGGER recovery_codes_insert_replaces_nothing BEFORE INSERT ON recovery_codes
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM recovery_codes WHERE code_hash = new.code_hash)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER recovery_codes_update_replaces_nothing BEFORE UPDATE OF code_hash ON recovery_codes
  WHEN new.code_hash IS NOT old.code_hash
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER projects_insert_is_audited AFTER INSERT ON projects BEGIN
  INSERT INTO audit_changes VALUES ('projects', 'insert', new.id, new.id,
    NULL,
    json_object(
      'id', new.id, 'name', new.name, 'disabled', new.disabled, 'confirmed_shards', new.confirmed_shards, 'created_at_ms', new.created_at_ms,
      'limits', json(new.limits)));
END;
CREATE TRIGGER projects_update_is_audited AFTER UPDATE ON projects WHEN
  (old.id, old.name, old.disabled, old.created_at_ms, old.limits) IS NOT
  (new.id, new.name, new.disabled, new.created_at_ms, new.limits)
  OR NOT EXISTS (SELECT 1 FROM audit_context)
BEGIN
  INSERT INTO audit_changes VALUES ('projects', 'update', old.id, old.id,
    json_object(
      'id', old.id, 'name', old.name, 'disabled', old.disabled, 'confirmed_shards', old.confirmed_shards, 'created_at_ms', old.created_at_ms,
      'limits', json(old.limits)),
    json_object(
      'id', new.id, 'name', new.name, 'disabled', new.disabled, 'confirmed_shards', new.confirmed_shards, 'created_at_ms', new.created_at_ms,
      'limits', json(new.limits)));
END;
CREATE TRIGGER projects_delete_is_audited AFTER DELETE ON projects BEGIN
  INSERT INTO audit_changes VALUES ('projects', 'delete', old.id, old.id,
    json_object(
      'id', old.id, 'name', old.name, 'disabled', old.disabled, 'confirmed_shards', old.confirmed_shards, 'created_at_ms', old.created_at_ms,
      'limits', json(old.limits)),
    NULL);
END;
CREATE TRIGGER projects_insert_replaces_nothing BEFORE INSERT ON projects
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM projects WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER projects_update_replaces_nothing BEFORE UPDATE OF id ON projects
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER project_keys_insert_is_audited AFTER INSERT ON project_keys BEGIN
  INSERT INTO audit_changes VALUES ('project_keys', 'insert', new.id, new.project_id,
    NULL,
    json_object(
      'id', new.id, 'project_id', new.project_id, 'name', new.name, 'scopes', json(new.scopes), 'origins', json(new.origins), 'key_hash', '[redacted]',
      'prefix', new.prefix, 'created_at_ms', new.created_at_ms, 'created_by', new.created_by, 'revoked_at_ms', new.revoked_at_ms,
      'confirmed_shards', new.confirmed_shards, 'records_per_day', new.records_per_day));
END;
CREATE TRIGGER project_keys_update_is_audited AFTER UPDATE ON project_keys WHEN
  (old.id, old.project_id, old.name, old.scopes, old.origins, old.key_hash, old.prefix, old.created_at_ms, old.created_by, old.revoked_at_ms,
   old.records_per_day) IS NOT
  (new.id, new.project_id, new.name, new.scopes, new.origins, new.key_hash, new.prefix, new.created_at_ms, new.created_by, new.revoked_at_ms,
   new.records_per_day)
  OR NOT EXISTS (SELECT 1 FROM audit_context)
BEGIN
  INSERT INTO audit_changes VALUES ('project_keys', 'update', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'name', old.name, 'scopes', json(old.scopes), 'origins', json(old.origins), 'key_hash', '[redacted]',
      'prefix', old.prefix, 'created_at_ms', old.created_at_ms, 'created_by', old.created_by, 'revoked_at_ms', old.revoked_at_ms,
      'confirmed_shards', old.confirmed_shards, 'records_per_day', old.records_per_day),
    json_object(
      'id', new.id, 'project_id', new.project_id, 'name', new.name, 'scopes', json(new.scopes), 'origins', json(new.origins),
      'key_hash', iif(new.key_hash IS old.key_hash, '[redacted]', '[redacted, changed]'), 'prefix', new.prefix, 'created_at_ms', new.created_at_ms,
      'created_by', new.created_by, 'revoked_at_ms', new.revoked_at_ms, 'confirmed_shards', new.confirmed_shards, 'records_per_day', new.records_per_day));
END;
CREATE TRIGGER project_keys_delete_is_audited AFTER DELETE ON project_keys BEGIN
  INSERT INTO audit_changes VALUES ('project_keys', 'delete', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'name', old.name, 'scopes', json(old.scopes), 'origins', json(old.origins), 'key_hash', '[redacted]',
      'prefix', old.prefix, 'created_at_ms', old.created_at_ms, 'created_by', old.created_by, 'revoked_at_ms', old.revoked_at_ms,
      'confirmed_shards', old.confirmed_shards, 'records_per_day', old.records_per_day),
    NULL);
END;
CREATE TRIGGER project_keys_insert_replaces_nothing BEFORE INSERT ON project_keys
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM project_keys WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER project_keys_update_replaces_nothing BEFORE UPDATE OF id ON project_keys
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER browser_rules_insert_is_audited AFTER INSERT ON browser_rules BEGIN
  INSERT INTO audit_changes VALUES ('browser_rules', 'insert', new.project_id, new.project_id,
    NULL,
    json_object(
      'project_id', new.project_id, 'version', new.version, 'rules', json(new.rules), 'changed_at_ms', new.changed_at_ms, 'changed_by', new.changed_by,
      'confirmed_version', new.confirmed_version));
END;
CREATE TRIGGER browser_rules_update_is_audited AFTER UPDATE ON browser_rules WHEN
  (old.project_id, old.version, old.rules, old.changed_at_ms, old.changed_by) IS NOT
  (new.project_id, new.version, new.rules, new.changed_at_ms, new.changed_by)
  OR NOT EXISTS (SELECT 1 FROM audit_context)
BEGIN
  INSERT INTO audit_changes VALUES ('browser_rules', 'update', old.project_id, old.project_id,
    json_object(
      'project_id', old.project_id, 'version', old.version, 'rules', json(old.rules), 'changed_at_ms', old.changed_at_ms, 'changed_by', old.changed_by,
      'confirmed_version', old.confirmed_version),
    json_object(
      'project_id', new.project_id, 'version', new.version, 'rules', json(new.rules), 'changed_at_ms', new.changed_at_ms, 'changed_by', new.changed_by,
      'confirmed_version', new.confirmed_version));
END;
CREATE TRIGGER browser_rules_delete_is_audited AFTER DELETE ON browser_rules BEGIN
  INSERT INTO audit_changes VALUES ('browser_rules', 'delete', old.project_id, old.project_id,
    json_object(
      'project_id', old.project_id, 'version', old.version, 'rules', json(old.rules), 'changed_at_ms', old.changed_at_ms, 'changed_by', old.changed_by,
      'confirmed_version', old.confirmed_version),
    NULL);
END;
CREATE TRIGGER browser_rules_insert_replaces_nothing BEFORE INSERT ON browser_rules
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM browser_rules WHERE project_id = new.project_id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER browser_rules_update_replaces_nothing BEFORE UPDATE OF project_id ON browser_rules
  WHEN new.project_id IS NOT old.project_id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER alert_rules_insert_is_audited AFTER INSERT ON alert_rules BEGIN
  INSERT INTO audit_changes VALUES ('alert_rules', 'insert', new.id, new.project_id,
    NULL,
    json_object(
      'id', new.id, 'project_id', new.project_id, 'rule', json(new.rule), 'version', new.version, 'created_at_ms', new.created_at_ms,
      'changed_at_ms', new.changed_at_ms, 'changed_by', new.changed_by));
END;
CREATE TRIGGER alert_rules_update_is_audited AFTER UPDATE ON alert_rules BEGIN
  INSERT INTO audit_changes VALUES ('alert_rules', 'update', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'rule', json(old.rule), 'version', old.version, 'created_at_ms', old.created_at_ms,
      'changed_at_ms', old.changed_at_ms, 'changed_by', old.changed_by),
    json_object(
      'id', new.id, 'project_id', new.project_id, 'rule', json(new.rule), 'version', new.version, 'created_at_ms', new.created_at_ms,
      'changed_at_ms', new.changed_at_ms, 'changed_by', new.changed_by));
END;
CREATE TRIGGER alert_rules_delete_is_audited AFTER DELETE ON alert_rules BEGIN
  INSERT INTO audit_changes VALUES ('alert_rules', 'delete', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'rule', json(old.rule), 'version', old.version, 'created_at_ms', old.created_at_ms,
      'changed_at_ms', old.changed_at_ms, 'changed_by', old.changed_by),
    NULL);
END;
CREATE TRIGGER alert_rules_insert_replaces_nothing BEFORE INSERT ON alert_rules
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM alert_rules WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER alert_rules_update_replaces_nothing BEFORE UPDATE OF id ON alert_rules
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER alert_silences_insert_is_audited AFTER INSERT ON alert_silences BEGIN
  INSERT INTO audit_changes VALUES ('alert_silences', 'insert', new.id, new.project_id,
    NULL,
    json_object(
      'id', new.id, 'project_id', new.project_id, 'matchers', json(new.matchers), 'from_ms', new.from_ms, 'until_ms', new.until_ms, 'comment', new.comment,
      'created_by', new.created_by, 'created_by_name', new.created_by_name, 'created_at_ms', new.created_at_ms));
END;
CREATE TRIGGER alert_silences_update_is_audited AFTER UPDATE ON alert_silences BEGIN
  INSERT INTO audit_changes VALUES ('alert_silences', 'update', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'matchers', json(old.matchers), 'from_ms', old.from_ms, 'until_ms', old.until_ms, 'comment', old.comment,
      'created_by', old.created_by, 'created_by_name', old.created_by_name, 'created_at_ms', old.created_at_ms),
    json_object(
      'id', new.id, 'project_id', new.project_id, 'matchers', json(new.matchers), 'from_ms', new.from_ms, 'until_ms', new.until_ms, 'comment', new.comment,
      'created_by', new.created_by, 'created_by_name', new.created_by_name, 'created_at_ms', new.created_at_ms));
END;
CREATE TRIGGER alert_silences_delete_is_audited AFTER DELETE ON alert_silences BEGIN
  INSERT INTO audit_changes VALUES ('alert_silences', 'delete', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'matchers', json(old.matchers), 'from_ms', old.from_ms, 'until_ms', old.until_ms, 'comment', old.comment,
      'created_by', old.created_by, 'created_by_name', old.created_by_name, 'created_at_ms', old.created_at_ms),
    NULL);
END;
CREATE TRIGGER alert_silences_insert_replaces_nothing BEFORE INSERT ON alert_silences
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM alert_silences WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER alert_silences_update_replaces_nothing BEFORE UPDATE OF id ON alert_silences
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER destinations_insert_is_audited AFTER INSERT ON destinations BEGIN
  INSERT INTO audit_changes VALUES ('destinations', 'insert', new.id, new.project_id,
    NULL,
    json_object(
      'id', new.id, 'project_id', new.project_id, 'version', new.version,
      'definition', json_set(new.definition,
        '$.url', iif(new.definition ->> 'url' LIKE '%@%', '', substr(new.definition ->> 'url', 1,
          instr(replace(replace(replace(substr(new.definition ->> 'url', 9), '?', '/'), '#', '/'), '\', '/') || '/', '/') + 7) || '/')
          || '[redacted]',
        '$.headers', json((SELECT json_group_array(json_set(h.value, '$.value', '[redacted]'))
          FROM json_each(new.definition, '$.headers') h)),
        '$.template', iif(new.definition ->> 'template' IS NULL, NULL,
          '[redacted]')),
      'secrets', '[redacted]', 'sealed_with', new.sealed_with, 'disabled', new.disabled, 'deleted', new.deleted, 'created_at_ms', new.created_at_ms,
      'changed_at_ms', new.changed_at_ms, 'confirmed_version', new.confirmed_version));
END;
CREATE TRIGGER destinations_update_is_audited AFTER UPDATE ON destinations WHEN
  (old.id, old.project_id, old.version, old.definition, old.secrets, old.sealed_with, old.disabled, old.deleted, old.created_at_ms, old.changed_at_ms) IS NOT
  (new.id, new.project_id, new.version, new.definition, new.secrets, new.sealed_with, new.disabled, new.deleted, new.created_at_ms, new.changed_at_ms)
  OR NOT EXISTS (SELECT 1 FROM audit_context)
BEGIN
  INSERT INTO audit_changes VALUES ('destinations', 'update', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'version', old.version,
      'definition', json_set(old.definition,
        '$.url', iif(old.definition ->> 'url' LIKE '%@%', '', substr(old.definition ->> 'url', 1,
          instr(replace(replace(replace(substr(old.definition ->> 'url', 9), '?', '/'), '#', '/'), '\', '/') || '/', '/') + 7) || '/')
          || '[redacted]',
        '$.headers', json((SELECT json_group_array(json_set(h.value, '$.value', '[redacted]'))
          FROM json_each(old.definition, '$.headers') h)),
        '$.template', iif(old.definition ->> 'template' IS NULL, NULL,
          '[redacted]')),
      'secrets', '[redacted]', 'sealed_with', old.sealed_with, 'disabled', old.disabled, 'deleted', old.deleted, 'created_at_ms', old.created_at_ms,
      'changed_at_ms', old.changed_at_ms, 'confirmed_version', old.confirmed_version),
    json_object(
      'id', new.id, 'project_id', new.project_id, 'version', new.version,
      'definition', json_set(new.definition,
        '$.url', iif(new.definition ->> 'url' LIKE '%@%', '', substr(new.definition ->> 'url', 1,
          instr(replace(replace(replace(substr(new.definition ->> 'url', 9), '?', '/'), '#', '/'), '\', '/') || '/', '/') + 7) || '/')
          || iif(new.definition ->> 'url' IS old.definition ->> 'url', '[redacted]', '[redacted, changed]'),
        '$.headers', json((SELECT json_group_array(json_set(h.value, '$.value',
          iif(h.value IN (SELECT o.value FROM json_each(old.definition, '$.headers') o), '[redacted]', '[redacted, changed]')))
          FROM json_each(new.definition, '$.headers') h)),
        '$.template', iif(new.definition ->> 'template' IS NULL, NULL,
          iif(new.definition ->> 'template' IS old.definition ->> 'template', '[redacted]', '[redacted, changed]'))),
      'secrets', iif(new.secrets IS old.secrets, '[redacted]', '[redacted, changed]'), 'sealed_with', new.sealed_with, 'disabled', new.disabled,
      'deleted', new.deleted, 'created_at_ms', new.created_at_ms, 'changed_at_ms', new.changed_at_ms, 'confirmed_version', new.confirmed_version));
END;
CREATE TRIGGER destinations_delete_is_audited AFTER DELETE ON destinations BEGIN
  INSERT INTO audit_changes VALUES ('destinations', 'delete', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'version', old.version,
      'definition', json_set(old.definition,
        '$.url', iif(old.definition ->> 'url' LIKE '%@%', '', substr(old.definition ->> 'url', 1,
          instr(replace(replace(replace(substr(old.definition ->> 'url', 9), '?', '/'), '#', '/'), '\', '/') || '/', '/') + 7) || '/')
          || '[redacted]',
        '$.headers', json((SELECT json_group_array(json_set(h.value, '$.value', '[redacted]'))
          FROM json_each(old.definition, '$.headers') h)),
        '$.template', iif(old.definition ->> 'template' IS NULL, NULL,
          '[redacted]')),
      'secrets', '[redacted]', 'sealed_with', old.sealed_with, 'disabled', old.disabled, 'deleted', old.deleted, 'created_at_ms', old.created_at_ms,
      'changed_at_ms', old.changed_at_ms, 'confirmed_version', old.confirmed_version),
    NULL);
END;
CREATE TRIGGER destinations_insert_replaces_nothing BEFORE INSERT ON destinations
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM destinations WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER destinations_update_replaces_nothing BEFORE UPDATE OF id ON destinations
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER fraud_settings_insert_is_audited AFTER INSERT ON fraud_settings BEGIN
  INSERT INTO audit_changes VALUES ('fraud_settings', 'insert', new.project_id, new.project_id,
    NULL,
    json_object(
      'project_id', new.project_id, 'version', new.version, 'settings', json(new.settings), 'changed_at_ms', new.changed_at_ms,
      'changed_by', new.changed_by, 'confirmed_version', new.confirmed_version));
END;
CREATE TRIGGER fraud_settings_update_is_audited AFTER UPDATE ON fraud_settings WHEN
  (old.project_id, old.version, old.settings, old.changed_at_ms, old.changed_by) IS NOT
  (new.project_id, new.version, new.settings, new.changed_at_ms, new.changed_by)
  OR NOT EXISTS (SELECT 1 FROM audit_context)
BEGIN
  INSERT INTO audit_changes VALUES ('fraud_settings', 'update', old.project_id, old.project_id,
    json_object(
      'project_id', old.project_id, 'version', old.version, 'settings', json(old.settings), 'changed_at_ms', old.changed_at_ms,
      'changed_by', old.changed_by, 'confirmed_version', old.confirmed_version),
    json_object(
      'project_id', new.project_id, 'version', new.version, 'settings', json(new.settings), 'changed_at_ms', new.changed_at_ms,
      'changed_by', new.changed_by, 'confirmed_version', new.confirmed_version));
END;
CREATE TRIGGER fraud_settings_delete_is_audited AFTER DELETE ON fraud_settings BEGIN
  INSERT INTO audit_changes VALUES ('fraud_settings', 'delete', old.project_id, old.project_id,
    json_object(
      'project_id', old.project_id, 'version', old.version, 'settings', json(old.settings), 'changed_at_ms', old.changed_at_ms,
      'changed_by', old.changed_by, 'confirmed_version', old.confirmed_version),
    NULL);
END;
CREATE TRIGGER fraud_settings_insert_replaces_nothing BEFORE INSERT ON fraud_settings
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM fraud_settings WHERE project_id = new.project_id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER fraud_settings_update_replaces_nothing BEFORE UPDATE OF project_id ON fraud_settings
  WHEN new.project_id IS NOT old.project_id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER fraud_verdicts_insert_is_audited AFTER INSERT ON fraud_verdicts BEGIN
  INSERT INTO audit_changes VALUES ('fraud_verdicts', 'insert', new.event_id, new.project_id,
    NULL,
    json_object(
      'project_id', new.project_id, 'event_id', new.event_id, 'verdict', new.verdict, 'note', new.note, 'decided_by', new.decided_by,
      'decided_at_ms', new.decided_at_ms, 'applied', new.applied));
END;
CREATE TRIGGER fraud_verdicts_update_is_audited AFTER UPDATE ON fraud_verdicts WHEN
  (old.project_id, old.event_id, old.verdict, old.note, old.decided_by, old.decided_at_ms) IS NOT
  (new.project_id, new.event_id, new.verdict, new.note, new.decided_by, new.decided_at_ms)
  OR NOT EXISTS (SELECT 1 FROM audit_context)
BEGIN
  INSERT INTO audit_changes VALUES ('fraud_verdicts', 'update', old.event_id, old.project_id,
    json_object(
      'project_id', old.project_id, 'event_id', old.event_id, 'verdict', old.verdict, 'note', old.note, 'decided_by', old.decided_by,
      'decided_at_ms', old.decided_at_ms, 'applied', old.applied),
    json_object(
      'project_id', new.project_id, 'event_id', new.event_id, 'verdict', new.verdict, 'note', new.note, 'decided_by', new.decided_by,
      'decided_at_ms', new.decided_at_ms, 'applied', new.applied));
END;
CREATE TRIGGER fraud_verdicts_delete_is_audited AFTER DELETE ON fraud_verdicts BEGIN
  INSERT INTO audit_changes VALUES ('fraud_verdicts', 'delete', old.event_id, old.project_id,
    json_object(
      'project_id', old.project_id, 'event_id', old.event_id, 'verdict', old.verdict, 'note', old.note, 'decided_by', old.decided_by,
      'decided_at_ms', old.decided_at_ms, 'applied', old.applied),
    NULL);
END;
CREATE TRIGGER fraud_verdicts_insert_replaces_nothing BEFORE INSERT ON fraud_verdicts
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM fraud_verdicts WHERE (project_id, event_id) = (new.project_id, new.event_id))
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER fraud_verdicts_update_replaces_nothing BEFORE UPDATE OF project_id, event_id ON fraud_verdicts
  WHEN (new.project_id, new.event_id) IS NOT (old.project_id, old.event_id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER etl_schemas_insert_is_audited AFTER INSERT ON etl_schemas BEGIN
  INSERT INTO audit_changes VALUES ('etl_schemas', 'insert', new.project_id || '/' || new.data_type, new.project_id,
    NULL,
    json_object(
      'project_id', new.project_id, 'data_type', new.data_type, 'version', new.version, 'schema', json(new.schema), 'created_at_ms', new.created_at_ms,
      'created_by', new.created_by));
END;
CREATE TRIGGER etl_schemas_update_is_audited AFTER UPDATE ON etl_schemas BEGIN
  INSERT INTO audit_changes VALUES ('etl_schemas', 'update', old.project_id || '/' || old.data_type, old.project_id,
    json_object(
      'project_id', old.project_id, 'data_type', old.data_type, 'version', old.version, 'schema', json(old.schema), 'created_at_ms', old.created_at_ms,
      'created_by', old.created_by),
    json_object(
      'project_id', new.project_id, 'data_type', new.data_type, 'version', new.version, 'schema', json(new.schema), 'created_at_ms', new.created_at_ms,
      'created_by', new.created_by));
END;
CREATE TRIGGER etl_schemas_delete_is_audited AFTER DELETE ON etl_schemas BEGIN
  INSERT INTO audit_changes VALUES ('etl_schemas', 'delete', old.project_id || '/' || old.data_type, old.project_id,
    json_object(
      'project_id', old.project_id, 'data_type', old.data_type, 'version', old.version, 'schema', json(old.schema), 'created_at_ms', old.created_at_ms,
      'created_by', old.created_by),
    NULL);
END;
CREATE TRIGGER etl_schemas_insert_replaces_nothing BEFORE INSERT ON etl_schemas
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM etl_schemas WHERE (project_id, data_type, version) = (new.project_id, new.data_type, new.version))
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER etl_schemas_update_replaces_nothing BEFORE UPDATE OF project_id, data_type, version ON etl_schemas
  WHEN (new.project_id, new.data_type, new.version) IS NOT (old.project_id, old.data_type, old.version)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;
