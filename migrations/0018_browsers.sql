-- How each project reads what browsers send, where it changed that; a project without a row has the defaults of src/wire/browser.ts. The write side reads
-- no database: the project's limiter is told of each version and confirms it.
CREATE TABLE browser_rules (
  project_id TEXT PRIMARY KEY REFERENCES projects (id),
  version INTEGER NOT NULL CHECK (version > 0),
  rules TEXT NOT NULL CHECK (json_valid(rules)),         -- BrowserRules
  changed_at_ms INTEGER NOT NULL,
  changed_by TEXT NOT NULL,                              -- user or key id
  confirmed_version INTEGER NOT NULL DEFAULT 0           -- the newest that the limiter was told and that was still the newest then
) STRICT;
CREATE INDEX browser_rules_unconfirmed ON browser_rules (changed_at_ms) WHERE confirmed_version < version;

-- Pages that vitals and errors came from, by the block that first had them. A row is written again once an hour at most.
CREATE TABLE pages (
  project_id TEXT NOT NULL,
  site TEXT NOT NULL,                                    -- host, '' where records name none
  page TEXT NOT NULL,                                    -- route, '' for the site itself
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  PRIMARY KEY (project_id, site, page)
) STRICT, WITHOUT ROWID;
CREATE INDEX pages_last_seen ON pages (last_seen_ms);
