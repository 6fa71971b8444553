-- 0 from the revocation of a session until every hub has closed its sockets; told again by cron.
ALTER TABLE sessions ADD COLUMN sockets_told INTEGER NOT NULL DEFAULT 1 CHECK (sockets_told IN (0, 1));
CREATE INDEX sessions_untold ON sessions (id) WHERE sockets_told = 0;
