-- Webhook receivers. The Destination object of each delivers without reading D1: it is told of every version and confirms it. What is deleted stays until
-- its object has forgotten it.
CREATE TABLE destinations (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id),
  version INTEGER NOT NULL CHECK (version > 0),
  definition TEXT NOT NULL CHECK (json_valid(definition)),   -- Definition of src/delivery/destinations/definition/types.ts; secret header values are encrypted
  secrets TEXT NOT NULL CHECK (json_valid(secrets)),         -- StoredSecret[], newest first, encrypted
  sealed_with TEXT NOT NULL,                                 -- kid of DATA_SECRETS under which all of it is encrypted
  disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
  deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
  created_at_ms INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL,
  confirmed_version INTEGER NOT NULL DEFAULT 0               -- the newest that the object was told and that was still the newest then
) STRICT;
CREATE INDEX destinations_by_project ON destinations (project_id, created_at_ms, id);
CREATE INDEX destinations_unconfirmed ON destinations (changed_at_ms) WHERE confirmed_version < version;
CREATE INDEX destinations_sealed_with ON destinations (sealed_with);
