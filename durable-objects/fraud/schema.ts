import { COOKIE_SCHEMA } from './cookie-schema.ts';

/** Append-only: see applySchemaSteps. */
export const FRAUD_SCHEMA: readonly string[] = [
  `-- project_id, disabled, references_key (encrypted), settings (of the score), cleaned_at_ms.
   CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE revoked_keys (key_id TEXT PRIMARY KEY, from_ms INTEGER NOT NULL) WITHOUT ROWID;

   -- What was decided, with what it rests on. user_id is the customer's; devices and addresses are here as keyed hashes only.
   CREATE TABLE events (
     seq INTEGER PRIMARY KEY,
     id TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     user_id TEXT NOT NULL,
     session_id TEXT,
     event_type TEXT NOT NULL,
     success INTEGER,
     amount_cents INTEGER,
     gateway TEXT,
     metadata TEXT NOT NULL,
     device_ref TEXT,
     address_ref TEXT,
     country TEXT,
     risk_score INTEGER NOT NULL,
     decision TEXT NOT NULL,
     reasons TEXT NOT NULL,
     rules_version INTEGER NOT NULL,
     facts TEXT NOT NULL,
     verdict TEXT
   );
   CREATE UNIQUE INDEX events_by_id ON events (id);
   CREATE INDEX events_by_time ON events (at_ms);
   -- These three answer the windows of a score without the rows.
   CREATE INDEX events_by_user ON events (user_id, at_ms, success);
   CREATE INDEX events_by_device ON events (device_ref, at_ms, success) WHERE device_ref IS NOT NULL;
   CREATE INDEX events_by_address ON events (address_ref, at_ms, success) WHERE address_ref IS NOT NULL;
   CREATE INDEX events_by_verdict ON events (verdict) WHERE verdict IS NOT NULL;
   CREATE TABLE reviews (seq INTEGER PRIMARY KEY, status TEXT NOT NULL, decided_at_ms INTEGER);
   CREATE INDEX reviews_by_status ON reviews (status, seq);
   -- name is decision:<decision> or rule:<rule>.
   CREATE TABLE counters (hour INTEGER NOT NULL, name TEXT NOT NULL, total INTEGER NOT NULL, PRIMARY KEY (hour, name)) WITHOUT ROWID;

   -- Events whose record is not known to be in the journal. batch is the seq of the first event of the append that they go with.
   CREATE TABLE outbox (seq INTEGER PRIMARY KEY, batch INTEGER NOT NULL, key_id TEXT NOT NULL);
   CREATE INDEX outbox_by_batch ON outbox (batch);
   -- First answers to idempotency keys. payload is the body's SHA-256.
   CREATE TABLE answers (
     key_id TEXT NOT NULL,
     key TEXT NOT NULL,
     payload TEXT NOT NULL,
     answer TEXT NOT NULL,
     seq INTEGER NOT NULL,
     batch INTEGER NOT NULL,
     expires_at_ms INTEGER NOT NULL,
     PRIMARY KEY (key_id, key)
   ) WITHOUT ROWID;
   CREATE INDEX answers_by_expiry ON answers (expires_at_ms);

   -- Sessions of end users: hash is SHA-256 of the cookie, id is what records and people see.
   CREATE TABLE sessions (
     hash TEXT PRIMARY KEY,
     id TEXT NOT NULL,
     user_id TEXT NOT NULL,
     device_ref TEXT NOT NULL,
     browser TEXT,
     os TEXT,
     created_at_ms INTEGER NOT NULL,
     expires_at_ms INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX sessions_by_user ON sessions (user_id);
   CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);
   -- That a cookie is of a revoked session, until it would have expired.
   CREATE TABLE revoked_sessions (hash TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE device_cookies (hash TEXT PRIMARY KEY, device_ref TEXT NOT NULL, expires_at_ms INTEGER NOT NULL) WITHOUT ROWID;

   CREATE TABLE users (
     user_id TEXT PRIMARY KEY,
     first_seen_at_ms INTEGER NOT NULL,
     last_seen_at_ms INTEGER NOT NULL,
     -- Of ln(cents + 1), by Welford.
     amounts INTEGER NOT NULL DEFAULT 0,
     amount_mean_log REAL NOT NULL DEFAULT 0,
     amount_m2_log REAL NOT NULL DEFAULT 0,
     amount_max_cents INTEGER NOT NULL DEFAULT 0,
     latitude REAL,
     longitude REAL,
     place_at_ms INTEGER,
     country TEXT,
     country_at_ms INTEGER,
     risk_score INTEGER,
     verdict TEXT
   ) WITHOUT ROWID;
   CREATE TABLE devices (device_ref TEXT PRIMARY KEY, first_seen_at_ms INTEGER NOT NULL, verdict TEXT) WITHOUT ROWID;
   CREATE TABLE user_devices (
     user_id TEXT NOT NULL,
     device_ref TEXT NOT NULL,
     first_seen_at_ms INTEGER NOT NULL,
     last_seen_at_ms INTEGER NOT NULL,
     PRIMARY KEY (user_id, device_ref)
   ) WITHOUT ROWID;
   CREATE INDEX user_devices_by_device ON user_devices (device_ref, last_seen_at_ms);
   -- What reviewers said of the events of a user or device; the newest one counts.
   CREATE TABLE marks (
     kind TEXT NOT NULL,
     subject TEXT NOT NULL,
     event_id TEXT NOT NULL,
     verdict TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     PRIMARY KEY (kind, subject, event_id)
   ) WITHOUT ROWID;
   -- reference is a keyed hash; what it was made of is kept nowhere.
   CREATE TABLE user_references (
     type TEXT NOT NULL,
     reference TEXT NOT NULL,
     user_id TEXT NOT NULL,
     first_seen_at_ms INTEGER NOT NULL,
     last_seen_at_ms INTEGER NOT NULL,
     PRIMARY KEY (type, reference, user_id)
   ) WITHOUT ROWID;
   CREATE INDEX user_references_by_user ON user_references (user_id, type);`,
  COOKIE_SCHEMA,
  `-- Of the last sign-in with the cookie; null for one from before this step.
   ALTER TABLE device_cookies ADD COLUMN user_id TEXT;
   CREATE INDEX device_cookies_by_user ON device_cookies (user_id) WHERE user_id IS NOT NULL;
   CREATE INDEX device_cookies_by_expiry ON device_cookies (expires_at_ms);
   -- revoked_sessions has the device cookies that ended with them, too.
   CREATE INDEX revoked_sessions_by_expiry ON revoked_sessions (until_ms);`,
];
