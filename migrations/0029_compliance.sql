-- Laws' clocks of the administrator's own (src/compliance/regimes). A change is another version: what was opened under an older one keeps it.
CREATE TABLE compliance_regimes (
  id TEXT NOT NULL,
  version INTEGER NOT NULL,              -- from 1; the newest counts
  definition TEXT NOT NULL CHECK (json_valid(definition)),
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER compliance_regimes_keep_versions BEFORE UPDATE ON compliance_regimes BEGIN SELECT RAISE(ABORT, 'a version of a regime is not changed'); END;
CREATE TRIGGER compliance_regimes_keep_history BEFORE DELETE ON compliance_regimes BEGIN SELECT RAISE(ABORT, 'a version of a regime is not deleted'); END;
CREATE TRIGGER compliance_regimes_replace_nothing BEFORE INSERT ON compliance_regimes
WHEN EXISTS (SELECT 1 FROM compliance_regimes WHERE id = new.id AND version = new.version)
BEGIN SELECT RAISE(ABORT, 'a version of a regime is not changed'); END;
