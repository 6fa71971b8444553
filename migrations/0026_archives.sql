-- Where a block lies in R2; null while the database alone has it. Its payload may be in both.
ALTER TABLE blocks ADD COLUMN archive_id TEXT;
ALTER TABLE blocks ADD COLUMN archive_offset INTEGER;    -- of its gzip member in the object; packed_bytes is its length
ALTER TABLE blocks ADD COLUMN hot_until_ms INTEGER;      -- of an archived block whose payload is here too: until when; null where it is not
CREATE INDEX blocks_to_archive ON blocks (project_id, max_ts) WHERE archive_id IS NULL;
CREATE INDEX blocks_to_cool ON blocks (hot_until_ms) WHERE hot_until_ms IS NOT NULL;
CREATE INDEX blocks_by_archive ON blocks (archive_id, archive_offset) WHERE archive_id IS NOT NULL;

CREATE TABLE archives (
  id TEXT PRIMARY KEY,                                   -- arc_…
  project_id TEXT NOT NULL REFERENCES projects (id),
  day TEXT NOT NULL,                                     -- yyyy-mm-dd, UTC, of the newest record of each of its blocks
  number INTEGER NOT NULL,                               -- batch-0001 is 1; given once a day
  stream TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('writing', 'current', 'leaving')),
  object_key TEXT NOT NULL UNIQUE,
  blocks INTEGER NOT NULL,
  records INTEGER NOT NULL,
  raw_bytes INTEGER NOT NULL,
  packed_bytes INTEGER NOT NULL,
  min_ts INTEGER NOT NULL,
  max_ts INTEGER NOT NULL,
  sha256 TEXT NOT NULL,                                  -- hex, of the object; '' while writing
  storage_class TEXT NOT NULL CHECK (storage_class IN ('Standard', 'InfrequentAccess')),
  created_at_ms INTEGER NOT NULL,
  verified_at_ms INTEGER,
  problem TEXT,                                          -- what the last verification found; null is nothing
  manifest_sequence INTEGER,                             -- of the first version that names it, or no longer does; null: to be written
  UNIQUE (project_id, day, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX archives_unsettled ON archives (project_id, created_at_ms) WHERE state <> 'current' OR manifest_sequence IS NULL;
CREATE INDEX archives_by_class ON archives (day) WHERE storage_class = 'Standard' AND state = 'current';

CREATE TABLE archive_manifests (
  project_id TEXT NOT NULL REFERENCES projects (id),
  sequence INTEGER NOT NULL CHECK (sequence > 0),
  day TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('archived', 'erased', 'expired')),
  sha256 TEXT NOT NULL,                                  -- hex, of the object
  written_at_ms INTEGER NOT NULL,
  PRIMARY KEY (project_id, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_manifests_by_day ON archive_manifests (project_id, day, sequence);

CREATE TABLE archive_settings (
  project_id TEXT PRIMARY KEY REFERENCES projects (id),
  settings TEXT NOT NULL CHECK (json_valid(settings)),   -- ArchiveSettings of src/wire/archive.ts
  version INTEGER NOT NULL CHECK (version > 0),
  changed_at_ms INTEGER NOT NULL,
  changed_by TEXT NOT NULL                               -- user or key id
) STRICT, WITHOUT ROWID;

CREATE TABLE legal_holds (
  id TEXT PRIMARY KEY,                                   -- hld_…
  project_id TEXT NOT NULL REFERENCES projects (id),
  stream TEXT,                                           -- null is every stream
  from_ms INTEGER NOT NULL,
  to_ms INTEGER,                                         -- exclusive; null is without end
  reason TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  created_by_name TEXT NOT NULL,
  released_at_ms INTEGER,
  released_by TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX legal_holds_by_project ON legal_holds (project_id, created_at_ms, id);

CREATE TABLE warehouse_files (
  project_id TEXT NOT NULL REFERENCES projects (id),
  day TEXT NOT NULL,
  stream TEXT NOT NULL,
  object_key TEXT NOT NULL,
  records INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  sources TEXT NOT NULL,                                 -- hash of the ids and hashes of the archives it was made from: other ones, and it is made again
  written_at_ms INTEGER NOT NULL,
  PRIMARY KEY (project_id, day, stream)
) STRICT, WITHOUT ROWID;
