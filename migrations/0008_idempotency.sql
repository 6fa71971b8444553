-- Changes that came with an Idempotency-Key: each is made once, and a repeat gets the answer of the first (src/idempotency).
CREATE TABLE idempotency_keys (
  scope TEXT PRIMARY KEY,            -- keyed hash of tenant, principal, method, path and the client's key, which is stored nowhere
  kid TEXT NOT NULL,                 -- of SESSION_SECRETS: which secret keyed this row
  claim_id TEXT NOT NULL UNIQUE,     -- of the one request that may run; another one takes its place when it takes over
  payload_mac TEXT NOT NULL,         -- keyed with the client's key: a body may hold a password that could be guessed
  state TEXT NOT NULL CHECK (state IN ('running', 'stored', 'lost')),
  leased_until_ms INTEGER NOT NULL,  -- until then nobody takes over what is running
  executed_at_ms INTEGER,            -- null until something was changed; set by the change's own transaction, see below
  expires_at_ms INTEGER NOT NULL,
  answer TEXT,                       -- base64, encrypted with a key that needs the client's key (src/idempotency/vault.ts)
  CHECK ((answer IS NOT NULL) = (state = 'stored'))
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at_ms);

-- The claim under which the change was made; null where it came without a key.
ALTER TABLE audit ADD COLUMN claim_id TEXT;
-- What a claim changed, for whoever asks after its answer was lost.
CREATE INDEX audit_by_claim ON audit (claim_id) WHERE claim_id IS NOT NULL;

-- Every change writes its audit row in its own transaction. There it is decided whether the request may still make it: not after another
-- request has taken the claim over, and not after the claim was given up.
CREATE TRIGGER audit_needs_its_claim BEFORE INSERT ON audit
WHEN new.claim_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM idempotency_keys WHERE claim_id = new.claim_id AND state = 'running')
BEGIN SELECT RAISE(ABORT, 'idempotency claim lost'); END;

-- And there it is noted that it was made, so that a claim whose request died tells which of the two it was.
CREATE TRIGGER audit_marks_its_claim AFTER INSERT ON audit WHEN new.claim_id IS NOT NULL
BEGIN UPDATE idempotency_keys SET executed_at_ms = new.at_ms WHERE claim_id = new.claim_id AND executed_at_ms IS NULL; END;
