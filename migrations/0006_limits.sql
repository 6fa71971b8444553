-- Overrides of the default limits: JSON object; null and what is not named are the defaults (src/wire/limits.ts). Like `disabled` it is pushed
-- to those who do not read D1, and confirmed by confirmed_shards.
ALTER TABLE projects ADD COLUMN limits TEXT CHECK (limits IS NULL OR json_valid(limits));
-- Null is no quota. Only shown from here: the key carries it.
ALTER TABLE project_keys ADD COLUMN records_per_day INTEGER;
