-- Keys that were revoked and projects that were disabled before there were objects for fraud: cron tells them again, to journals and these objects alike.
UPDATE project_keys SET confirmed_shards = 0 WHERE revoked_at_ms IS NOT NULL;
UPDATE projects SET confirmed_shards = 0 WHERE disabled = 1;
