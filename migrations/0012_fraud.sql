-- The rules of a project that changed its own; a project without a row has the defaults of src/fraud/risk/settings.ts. Scores are made by the
-- project's Fraud object, which does not read D1: it is told of each version and confirms it.
CREATE TABLE fraud_settings (
  project_id TEXT PRIMARY KEY REFERENCES projects (id),
  version INTEGER NOT NULL CHECK (version > 0),
  settings TEXT NOT NULL CHECK (json_valid(settings)),   -- RiskSettings without its version; rules that are not named have their defaults
  changed_at_ms INTEGER NOT NULL,
  changed_by TEXT NOT NULL,                              -- user or key id
  confirmed_version INTEGER NOT NULL DEFAULT 0           -- the newest that the object was told and that was still the newest then
) STRICT;
CREATE INDEX fraud_settings_unconfirmed ON fraud_settings (changed_at_ms) WHERE confirmed_version < version;

-- What reviewers decided of events, the last word of each; the words before it are in audit. Whose event it was is known to the object, which
-- forgets it in time: here the customer's user ids would stay for ever.
CREATE TABLE fraud_verdicts (
  project_id TEXT NOT NULL REFERENCES projects (id),
  event_id TEXT NOT NULL,                                -- UUIDv7
  verdict TEXT NOT NULL CHECK (verdict IN ('fraud', 'legitimate', 'unsure')),
  note TEXT,
  decided_by TEXT NOT NULL,                              -- user or key id
  decided_at_ms INTEGER NOT NULL,
  applied INTEGER NOT NULL DEFAULT 0 CHECK (applied IN (0, 1)),   -- whether the object has it
  PRIMARY KEY (project_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX fraud_verdicts_unapplied ON fraud_verdicts (decided_at_ms) WHERE applied = 0;
