-- A session is a family of secrets, of which the cookie holds the newest: each refresh makes a successor (docs/adr/0009). Sessions of before have
-- none, so that whoever was signed in signs in again.
ALTER TABLE sessions ADD COLUMN secret_hash TEXT NOT NULL DEFAULT '';    -- hex SHA-256 of the newest secret; '' opens nothing
ALTER TABLE sessions ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;   -- successors so far
-- JSON array of what was superseded and may still be on its way, oldest first (src/auth/rotation.ts).
ALTER TABLE sessions ADD COLUMN superseded TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(superseded));
ALTER TABLE sessions ADD COLUMN proven_at_ms INTEGER NOT NULL DEFAULT 0; -- sign-in, or the last step-up
-- Where it was opened is address and user_agent; these are of the last request that was noted, like last_seen_at_ms.
ALTER TABLE sessions ADD COLUMN country TEXT;                            -- ISO 3166-1 alpha-2 as the edge saw it; null where it did not say
ALTER TABLE sessions ADD COLUMN last_address TEXT;
ALTER TABLE sessions ADD COLUMN last_country TEXT;
ALTER TABLE sessions ADD COLUMN last_user_agent TEXT;
