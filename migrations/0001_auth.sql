-- Who did what. A row is written in the same transaction as the change it tells of, and never altered afterwards.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused, so a gap is visible
  at_ms INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('anonymous', 'user', 'key', 'system')),
  actor_id TEXT,                         -- user id, key id or job name; null for anonymous
  action TEXT NOT NULL,                  -- <noun>.<verb>, such as key.revoke
  target TEXT NOT NULL,                  -- id of what was changed
  project_id TEXT,                       -- null where the change concerns the whole deployment
  request_id TEXT NOT NULL,
  address TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)) -- JSON object, never with a secret
) STRICT;
CREATE INDEX audit_by_project ON audit (project_id, seq);

CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are not changed'); END;
CREATE TRIGGER audit_keeps_history BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are not deleted'); END;

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  username TEXT NOT NULL,                -- as its creator wrote it
  username_key TEXT NOT NULL UNIQUE,     -- lower case: names are told apart without regard to case
  password_hash TEXT NOT NULL,           -- src/auth/password.ts
  role TEXT NOT NULL CHECK (role IN ('admin', 'analyst', 'viewer')),
  project_ids TEXT CHECK (project_ids IS NULL OR json_valid(project_ids)), -- JSON array; null is all projects
  disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
  created_at_ms INTEGER NOT NULL,
  last_login_at_ms INTEGER,
  CHECK (role <> 'admin' OR project_ids IS NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX users_by_creation ON users (created_at_ms, id);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,                   -- derived by SHA-256 from the secret in the cookie, which is stored nowhere
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at_ms INTEGER NOT NULL,
  last_seen_at_ms INTEGER NOT NULL,      -- written at most once a minute
  expires_at_ms INTEGER NOT NULL,        -- absolute limit; the idle limit follows from last_seen_at_ms
  revoked_at_ms INTEGER,
  user_agent TEXT NOT NULL,
  address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id, created_at_ms);
CREATE INDEX sessions_by_last_seen ON sessions (last_seen_at_ms);

CREATE TABLE login_throttle (
  subject TEXT PRIMARY KEY,              -- keyed hash of an account name or an address: names typed by mistake may be passwords
  attempts INTEGER NOT NULL,             -- admitted and not yet followed by a success
  blocked_until_ms INTEGER NOT NULL,
  forget_at_ms INTEGER NOT NULL          -- from then on the row counts as absent
) STRICT, WITHOUT ROWID;
CREATE INDEX login_throttle_by_forget ON login_throttle (forget_at_ms);
