-- One row: whether the deployment's own log is kept as records, and where (src/observability/own-logs).
CREATE TABLE log_settings (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  project_id TEXT,                       -- null: it is not
  changed_at_ms INTEGER NOT NULL,
  changed_by TEXT NOT NULL               -- user or key id
) STRICT;

CREATE TRIGGER log_settings_insert_is_audited AFTER INSERT ON log_settings BEGIN
  INSERT INTO audit_changes VALUES ('log_settings', 'insert', new.id, NULL,
    NULL,
    json_object(
      'id', new.id, 'project_id', new.project_id, 'changed_at_ms', new.changed_at_ms, 'changed_by', new.changed_by));
END;
CREATE TRIGGER log_settings_update_is_audited AFTER UPDATE ON log_settings BEGIN
  INSERT INTO audit_changes VALUES ('log_settings', 'update', old.id, NULL,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'changed_at_ms', old.changed_at_ms, 'changed_by', old.changed_by),
    json_object(
      'id', new.id, 'project_id', new.project_id, 'changed_at_ms', new.changed_at_ms, 'changed_by', new.changed_by));
END;
CREATE TRIGGER log_settings_delete_is_audited AFTER DELETE ON log_settings BEGIN
  INSERT INTO audit_changes VALUES ('log_settings', 'delete', old.id, NULL,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'changed_at_ms', old.changed_at_ms, 'changed_by', old.changed_by),
    NULL);
END;
CREATE TRIGGER log_settings_insert_replaces_nothing BEFORE INSERT ON log_settings
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (SELECT 1 FROM log_settings WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER log_settings_update_replaces_nothing BEFORE UPDATE OF id ON log_settings
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;
