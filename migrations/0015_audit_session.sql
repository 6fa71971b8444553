-- The session that a change was made in; null where no session made it.
ALTER TABLE audit ADD COLUMN session_id TEXT;

-- Every change writes its audit row in its own transaction. There it is decided which came first, the change or the end of the session: whatever ends one
-- (sign-out, revocation, a lower role, fewer grants, a new password, a disabled user) revokes its row in a transaction too. What is about
-- sessions themselves is left alone: a sign-out tells of itself after the row is revoked.
CREATE TRIGGER audit_needs_its_session BEFORE INSERT ON audit
WHEN new.session_id IS NOT NULL AND new.action NOT GLOB 'session.*'
  AND NOT EXISTS (SELECT 1 FROM sessions WHERE id = new.session_id AND revoked_at_ms IS NULL)
BEGIN SELECT RAISE(ABORT, 'the session has ended'); END;
