-- What somebody proves besides the password (docs/adr/0011).
CREATE TABLE user_totp (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  secret TEXT NOT NULL,                  -- 20 bytes, by src/shared/at-rest.ts for this user
  created_at_ms INTEGER NOT NULL,
  enabled_at_ms INTEGER,                 -- null until a code of it was shown: no factor before
  last_step INTEGER NOT NULL             -- of the newest code that was taken; codes up to it are refused
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
  code_hash TEXT PRIMARY KEY,            -- hex SHA-256 of user and code, which has 80 random bits
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);

CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  credential_id TEXT NOT NULL UNIQUE,    -- base64url, as the authenticator chose it
  user_id TEXT NOT NULL REFERENCES users (id),
  public_key TEXT NOT NULL,              -- base64url of a COSE key (RFC 9052)
  counter INTEGER NOT NULL,              -- of the newest signature; 0 where the authenticator does not count
  transports TEXT NOT NULL CHECK (json_valid(transports)), -- JSON array, a hint to browsers
  name TEXT NOT NULL,
  backed_up INTEGER NOT NULL CHECK (backed_up IN (0, 1)),  -- at its last use: a copy lies with the maker of the device
  created_at_ms INTEGER NOT NULL,
  last_used_at_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at_ms);

CREATE TABLE auth_challenges (
  id_hash TEXT PRIMARY KEY,              -- hex SHA-256 of the challenge
  kind TEXT NOT NULL CHECK (kind IN ('second_factor', 'sign_in', 'step_up', 'registration')),
  user_id TEXT REFERENCES users (id),    -- null for sign_in: the passkey says who it is
  -- second_factor: hash of the password hash that was right; step_up, registration: id of the session; sign_in: keyed hash of the address
  binding TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_challenges_by_binding ON auth_challenges (binding, expires_at_ms);
CREATE INDEX auth_challenges_by_expiry ON auth_challenges (expires_at_ms);
