-- For GET /api/auth/events: what a person did, and what was done to the account.
CREATE INDEX audit_by_actor ON audit (actor_id, seq);
CREATE INDEX audit_by_target ON audit (target, seq);
