-- What the Alerts object of each project goes by. The object evaluates without D1: it is told all rules and silences of a version, and confirms it.
CREATE TABLE alert_settings (
  project_id TEXT PRIMARY KEY REFERENCES projects (id),
  version INTEGER NOT NULL CHECK (version > 0),          -- of all rules and silences together: each change of one counts
  changed_at_ms INTEGER NOT NULL,
  confirmed_version INTEGER NOT NULL DEFAULT 0           -- the newest that the object was told and that was still the newest then
) STRICT;
CREATE INDEX alert_settings_unconfirmed ON alert_settings (changed_at_ms) WHERE confirmed_version < version;

CREATE TABLE alert_rules (
  id TEXT PRIMARY KEY,                                   -- rul_…
  project_id TEXT NOT NULL REFERENCES projects (id),
  rule TEXT NOT NULL CHECK (json_valid(rule)),           -- AlertRuleInput of src/wire/alerts.ts
  version INTEGER NOT NULL CHECK (version > 0),          -- of this rule
  created_at_ms INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL,
  changed_by TEXT NOT NULL                               -- user or key id
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_rules_project ON alert_rules (project_id, created_at_ms, id);

CREATE TABLE alert_silences (
  id TEXT PRIMARY KEY,                                   -- sil_…
  project_id TEXT NOT NULL REFERENCES projects (id),
  matchers TEXT NOT NULL CHECK (json_valid(matchers)),   -- label → value; what has all of them is silent
  from_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL CHECK (until_ms > from_ms),
  comment TEXT,
  created_by TEXT NOT NULL,                              -- user or key id
  created_by_name TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_silences_project ON alert_silences (project_id, until_ms);
CREATE INDEX alert_silences_ended ON alert_silences (until_ms);

-- Who took notice of a firing, the last word of each; the words before it are in audit. The firing itself is known to the object.
CREATE TABLE alert_acknowledgements (
  project_id TEXT NOT NULL REFERENCES projects (id),
  firing_id TEXT NOT NULL,                               -- frg_…
  by_id TEXT NOT NULL,                                   -- user or key id
  by_name TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  note TEXT,
  applied INTEGER NOT NULL DEFAULT 0 CHECK (applied IN (0, 1)),   -- whether the object has it
  PRIMARY KEY (project_id, firing_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_acknowledgements_unapplied ON alert_acknowledgements (at_ms) WHERE applied = 0;
CREATE INDEX alert_acknowledgements_at ON alert_acknowledgements (at_ms);

-- Notices say the project's name, of which the object has a copy.
CREATE TRIGGER alert_settings_follow_the_name AFTER UPDATE OF name ON projects WHEN old.name <> new.name
BEGIN
  UPDATE alert_settings SET version = version + 1 WHERE project_id = new.id;
END;
