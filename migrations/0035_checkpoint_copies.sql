-- A row that somebody forged into this table stood in the place of the checkpoint that was to be signed of that size, and nobody could take it away. Now each
-- note has a row of its own: the forged one stays as evidence, beside what was signed (src/trail/checkpoints/signed.ts).

-- Its text names the table: it goes while the table is made again, and comes back as it was.
DROP TRIGGER audit_gives_numbers;

CREATE TABLE audit_checkpoint_copies (
  size INTEGER NOT NULL CHECK (size > 0),    -- entries 1 to this one
  root_hash TEXT NOT NULL,                   -- base64
  signed_at_ms INTEGER NOT NULL,
  kid TEXT NOT NULL,
  note TEXT NOT NULL,                        -- by C2SP tlog-checkpoint; a row whose note no key of ours signed counts for nothing
  PRIMARY KEY (size, note)
) STRICT, WITHOUT ROWID;
INSERT INTO audit_checkpoint_copies (size, root_hash, signed_at_ms, kid, note)
  SELECT size, root_hash, signed_at_ms, kid, note FROM audit_checkpoints;
DROP TABLE audit_checkpoints;
ALTER TABLE audit_checkpoint_copies RENAME TO audit_checkpoints;

CREATE TRIGGER audit_checkpoints_stay BEFORE UPDATE ON audit_checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are not changed'); END;
CREATE TRIGGER audit_checkpoints_are_kept BEFORE DELETE ON audit_checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are not deleted'); END;
-- Also not by the very row: REPLACE would take the other columns with it.
CREATE TRIGGER audit_checkpoints_replace_nothing BEFORE INSERT ON audit_checkpoints
WHEN EXISTS (SELECT 1 FROM audit_checkpoints WHERE size = new.size AND note = new.note)
BEGIN SELECT RAISE(ABORT, 'checkpoints are not changed'); END;
-- A thousand of them are read at once. A note of ours has two names of a host (253 characters), a number, a hash and a signature. Numbers are those that
-- JavaScript counts.
CREATE TRIGGER audit_checkpoints_are_short BEFORE INSERT ON audit_checkpoints
WHEN new.size > 9007199254740991 OR length(CAST(new.note AS BLOB)) + length(CAST(new.root_hash AS BLOB)) + length(CAST(new.kid AS BLOB)) > 2000
BEGIN SELECT RAISE(ABORT, 'checkpoints are short, and of as many entries as there can be'); END;

CREATE TRIGGER audit_gives_numbers BEFORE INSERT ON audit
WHEN new.seq > 0 AND NOT (
  new.seq > (SELECT coalesce(max(seq), 0) FROM audit) AND EXISTS (SELECT 1 FROM audit_checkpoints WHERE size = new.seq - 1))
BEGIN SELECT RAISE(ABORT, 'audit rows do not bring their number'); END;
