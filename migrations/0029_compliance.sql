-- Laws' clocks of the administrators' own (src/compliance/regimes). A change is another version: what was opened under an older one keeps it.
CREATE TABLE compliance_regimes (
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),          -- the newest counts
  definition TEXT NOT NULL CHECK (json_valid(definition)),
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,                              -- user id
  PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER compliance_regimes_keep_versions BEFORE UPDATE ON compliance_regimes
BEGIN SELECT RAISE(ABORT, 'a version of a regime is not changed'); END;
CREATE TRIGGER compliance_regimes_keep_history BEFORE DELETE ON compliance_regimes
BEGIN SELECT RAISE(ABORT, 'a version of a regime is not deleted'); END;
CREATE TRIGGER compliance_regimes_replace_nothing BEFORE INSERT ON compliance_regimes
WHEN EXISTS (SELECT 1 FROM compliance_regimes WHERE id = new.id AND version = new.version)
BEGIN SELECT RAISE(ABORT, 'a version of a regime is not changed'); END;

-- The breach register (src/compliance/breaches).
CREATE TABLE breaches (
  id TEXT PRIMARY KEY,                                   -- brc_…
  project_id TEXT REFERENCES projects (id),              -- null: of the whole deployment
  title TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'contained', 'resolved')),
  version INTEGER NOT NULL CHECK (version > 0),
  detected_at_ms INTEGER NOT NULL,
  aware_at_ms INTEGER NOT NULL CHECK (aware_at_ms >= detected_at_ms),   -- the clocks count from here
  facts TEXT NOT NULL CHECK (json_valid(facts)),         -- the rest of BreachInput of src/wire/compliance.ts
  regimes TEXT NOT NULL CHECK (json_valid(regimes)),     -- [{id, version}]: as it came under each
  rank INTEGER NOT NULL CHECK (rank IN (0, 1, 2)),       -- in lists: 0 a clock runs, 1 none does, 2 resolved
  sort_ms INTEGER NOT NULL,                              -- within: when the next clock is due; when it was opened; minus when it was resolved
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,                              -- user id
  created_by_name TEXT NOT NULL,
  resolved_at_ms INTEGER,
  resolution TEXT,
  CHECK ((state = 'resolved') = (resolved_at_ms IS NOT NULL) AND (state = 'resolved') = (resolution IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX breaches_by_clock ON breaches (rank, sort_ms, id);
CREATE INDEX breaches_by_project ON breaches (project_id, rank, sort_ms, id);
CREATE INDEX breaches_by_state ON breaches (state, rank, sort_ms, id);
CREATE TRIGGER breaches_keep_their_times BEFORE UPDATE ON breaches
WHEN (old.id, old.detected_at_ms, old.aware_at_ms, old.created_at_ms, old.created_by)
  IS NOT (new.id, new.detected_at_ms, new.aware_at_ms, new.created_at_ms, new.created_by)
BEGIN SELECT RAISE(ABORT, 'when a breach was detected and became known is not changed'); END;
CREATE TRIGGER breaches_keep_their_end BEFORE UPDATE ON breaches WHEN old.state = 'resolved'
BEGIN SELECT RAISE(ABORT, 'a resolved breach is not changed'); END;
CREATE TRIGGER breaches_keep_history BEFORE DELETE ON breaches
BEGIN SELECT RAISE(ABORT, 'a breach is not deleted'); END;
CREATE TRIGGER breaches_replace_nothing BEFORE INSERT ON breaches WHEN EXISTS (SELECT 1 FROM breaches WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'a breach is not deleted'); END;

-- What is due of a breach, by the version of the regime that it came under.
CREATE TABLE breach_clocks (
  breach_id TEXT NOT NULL REFERENCES breaches (id),
  clock_id TEXT NOT NULL,                                -- <regime>.<duty>
  regime_id TEXT NOT NULL,
  regime_version INTEGER NOT NULL,
  label TEXT NOT NULL,
  to_whom TEXT NOT NULL CHECK (to_whom IN ('authority', 'affected')),
  source TEXT NOT NULL,
  due_at_ms INTEGER NOT NULL,
  remind_before TEXT NOT NULL CHECK (json_valid(remind_before)), -- milliseconds, the longest first
  withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1)), -- the breach does not come under it any more
  done_at_ms INTEGER,                                    -- as somebody said
  not_needed INTEGER NOT NULL DEFAULT 0 CHECK (not_needed IN (0, 1)), -- as somebody said, with a note
  done_by TEXT,                                          -- who said so: their name
  note TEXT,
  next_notice_ms INTEGER,                                -- when the next reminder is due, or it is overdue; null: nothing is to be told
  PRIMARY KEY (breach_id, clock_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX breach_clocks_to_tell ON breach_clocks (next_notice_ms) WHERE next_notice_ms IS NOT NULL;
CREATE TRIGGER breach_clocks_keep_their_time BEFORE UPDATE ON breach_clocks
WHEN (old.regime_id, old.regime_version, old.label, old.to_whom, old.source, old.due_at_ms)
  IS NOT (new.regime_id, new.regime_version, new.label, new.to_whom, new.source, new.due_at_ms)
BEGIN SELECT RAISE(ABORT, 'when a duty is due is not changed'); END;
CREATE TRIGGER breach_clocks_keep_their_end BEFORE UPDATE ON breach_clocks
WHEN EXISTS (SELECT 1 FROM breaches WHERE id = old.breach_id AND state = 'resolved')
BEGIN SELECT RAISE(ABORT, 'a resolved breach is not changed'); END;
CREATE TRIGGER breach_clocks_keep_history BEFORE DELETE ON breach_clocks
BEGIN SELECT RAISE(ABORT, 'a clock of a breach is not deleted'); END;
CREATE TRIGGER breach_clocks_replace_nothing BEFORE INSERT ON breach_clocks
WHEN EXISTS (SELECT 1 FROM breach_clocks WHERE breach_id = new.breach_id AND clock_id = new.clock_id)
  OR EXISTS (SELECT 1 FROM breaches WHERE id = new.breach_id AND state = 'resolved')
BEGIN SELECT RAISE(ABORT, 'a clock of a breach is not deleted'); END;

-- How those affected are looked up: job breach_search goes on with each where it stopped.
CREATE TABLE breach_searches (
  id TEXT PRIMARY KEY,                                   -- brs_…
  breach_id TEXT NOT NULL REFERENCES breaches (id),
  number INTEGER NOT NULL CHECK (number > 0),            -- of the breach
  project_id TEXT NOT NULL REFERENCES projects (id),
  q TEXT NOT NULL,
  stream TEXT,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER NOT NULL CHECK (to_ms > from_ms),        -- exclusive
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'stopped')),
  started_at_ms INTEGER NOT NULL,
  started_by TEXT NOT NULL,                              -- user id
  started_by_name TEXT NOT NULL,
  ended_at_ms INTEGER,
  problem TEXT,
  pages INTEGER NOT NULL DEFAULT 0,                      -- that were read: a page is counted by the one run that raises it
  run TEXT,                                              -- which that was
  cursor TEXT,                                           -- {ts, id} behind which the next page begins
  matched INTEGER NOT NULL DEFAULT 0,                    -- records
  named INTEGER NOT NULL DEFAULT 0,                      -- of them, those that name a user
  UNIQUE (breach_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX breach_searches_running ON breach_searches (started_at_ms, id) WHERE state = 'running';

-- Each user who is affected, once, and how far telling them has come. A person's own rows go, or lose the user id, with what is erased of them.
CREATE TABLE breach_affected (
  breach_id TEXT NOT NULL REFERENCES breaches (id),
  project_id TEXT NOT NULL REFERENCES projects (id),     -- user ids are of a project
  user_id TEXT NOT NULL,
  records INTEGER NOT NULL,                              -- that name the user, each once
  first_ts INTEGER NOT NULL,
  last_ts INTEGER NOT NULL,
  search_number INTEGER NOT NULL,                        -- that found the user first
  state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'queued', 'delivered', 'failed')),
                                                         -- claimed: the destination is about to be given the event
  event_id TEXT,                                         -- evt_…, from the claim on, and ever the same
  destination_id TEXT,
  notification INTEGER,                                  -- number of the notification that it was claimed for
  at_ms INTEGER,                                         -- when the state was reached
  problem TEXT,
  PRIMARY KEY (breach_id, project_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX breach_affected_by_state ON breach_affected (breach_id, state, project_id, user_id);

-- Sums of breach_affected, which its triggers keep: a list of breaches counts no rows.
CREATE TABLE breach_totals (
  breach_id TEXT PRIMARY KEY REFERENCES breaches (id),
  users INTEGER NOT NULL DEFAULT 0,
  records INTEGER NOT NULL DEFAULT 0,
  waiting INTEGER NOT NULL DEFAULT 0,
  claimed INTEGER NOT NULL DEFAULT 0,
  queued INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  searching INTEGER NOT NULL DEFAULT 0,                  -- searches that run
  notifications INTEGER NOT NULL DEFAULT 0,
  notifying INTEGER NOT NULL DEFAULT 0 CHECK (notifying IN (0, 1)), -- the newest is not stopped
  worked_at_ms INTEGER NOT NULL DEFAULT 0                -- by breach_notify: the longest ago comes first
) STRICT, WITHOUT ROWID;
CREATE INDEX breach_totals_to_work ON breach_totals (worked_at_ms) WHERE queued > 0 OR (notifying = 1 AND (waiting > 0 OR claimed > 0));
CREATE TRIGGER breach_affected_insert_is_counted AFTER INSERT ON breach_affected BEGIN
  UPDATE breach_totals SET users = users + 1, records = records + new.records, waiting = waiting + (new.state = 'waiting'),
    claimed = claimed + (new.state = 'claimed'), queued = queued + (new.state = 'queued'), delivered = delivered + (new.state = 'delivered'),
    failed = failed + (new.state = 'failed') WHERE breach_id = new.breach_id;
END;
CREATE TRIGGER breach_affected_update_is_counted AFTER UPDATE OF records, state ON breach_affected BEGIN
  UPDATE breach_totals SET records = records + new.records - old.records, waiting = waiting + (new.state = 'waiting') - (old.state = 'waiting'),
    claimed = claimed + (new.state = 'claimed') - (old.state = 'claimed'), queued = queued + (new.state = 'queued') - (old.state = 'queued'),
    delivered = delivered + (new.state = 'delivered') - (old.state = 'delivered'), failed = failed + (new.state = 'failed') - (old.state = 'failed')
    WHERE breach_id = new.breach_id;
END;
CREATE TRIGGER breach_affected_delete_is_counted AFTER DELETE ON breach_affected BEGIN
  UPDATE breach_totals SET users = users - 1, records = records - old.records, waiting = waiting - (old.state = 'waiting'),
    claimed = claimed - (old.state = 'claimed'), queued = queued - (old.state = 'queued'), delivered = delivered - (old.state = 'delivered'),
    failed = failed - (old.state = 'failed') WHERE breach_id = old.breach_id;
END;
CREATE TRIGGER breach_searches_insert_is_counted AFTER INSERT ON breach_searches WHEN new.state = 'running' BEGIN
  UPDATE breach_totals SET searching = searching + 1 WHERE breach_id = new.breach_id;
END;
CREATE TRIGGER breach_searches_update_is_counted AFTER UPDATE OF state ON breach_searches WHEN (old.state = 'running') <> (new.state = 'running') BEGIN
  UPDATE breach_totals SET searching = searching + iif(new.state = 'running', 1, -1) WHERE breach_id = new.breach_id;
END;

-- What each notification of a breach says, and through which destination. The newest that is not stopped is under way.
CREATE TABLE breach_notifications (
  breach_id TEXT NOT NULL REFERENCES breaches (id),
  number INTEGER NOT NULL CHECK (number > 0),
  project_id TEXT NOT NULL REFERENCES projects (id),     -- of the destination
  destination_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  facts TEXT NOT NULL CHECK (json_valid(facts)),          -- of the breach when it began: everybody is told the same, whatever is learned meanwhile
  started_at_ms INTEGER NOT NULL,
  started_by TEXT NOT NULL,                              -- user id
  started_by_name TEXT NOT NULL,
  stopped_at_ms INTEGER,
  PRIMARY KEY (breach_id, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER breach_notifications_keep_their_words BEFORE UPDATE ON breach_notifications
WHEN old.stopped_at_ms IS NOT NULL OR (old.project_id, old.destination_id, old.subject, old.body, old.facts, old.started_at_ms, old.started_by, old.started_by_name)
  IS NOT (new.project_id, new.destination_id, new.subject, new.body, new.facts, new.started_at_ms, new.started_by, new.started_by_name)
BEGIN SELECT RAISE(ABORT, 'what was told is not changed'); END;
CREATE TRIGGER breach_notifications_keep_history BEFORE DELETE ON breach_notifications
BEGIN SELECT RAISE(ABORT, 'what was told is not deleted'); END;
CREATE TRIGGER breach_notifications_replace_nothing BEFORE INSERT ON breach_notifications
WHEN EXISTS (SELECT 1 FROM breach_notifications WHERE breach_id = new.breach_id AND number = new.number)
BEGIN SELECT RAISE(ABORT, 'what was told is not changed'); END;

-- Texts with placeholders, for breaches and requests for deletion.
CREATE TABLE compliance_templates (
  id TEXT PRIMARY KEY,                                   -- tpl_…
  name TEXT NOT NULL,
  purpose TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  created_at_ms INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL,
  changed_by TEXT NOT NULL                               -- user id
) STRICT, WITHOUT ROWID;
CREATE INDEX compliance_templates_by_age ON compliance_templates (created_at_ms, id);

-- What was said to whom, of a breach or a request for deletion. Nothing of it changes.
CREATE TABLE communications (
  id TEXT PRIMARY KEY,                                   -- com_…
  subject_id TEXT NOT NULL,                              -- brc_… or del_…
  at_ms INTEGER NOT NULL,                                -- when it was said
  recorded_at_ms INTEGER NOT NULL,
  by_id TEXT NOT NULL,                                   -- user id
  by_name TEXT NOT NULL,
  recipient TEXT NOT NULL,
  channel TEXT NOT NULL,
  template_id TEXT,
  subject TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX communications_by_subject ON communications (subject_id, at_ms, id);
CREATE TRIGGER communications_keep_their_words BEFORE UPDATE ON communications BEGIN SELECT RAISE(ABORT, 'what was said is not changed'); END;
CREATE TRIGGER communications_keep_history BEFORE DELETE ON communications BEGIN SELECT RAISE(ABORT, 'what was said is not deleted'); END;
CREATE TRIGGER communications_replace_nothing BEFORE INSERT ON communications WHEN EXISTS (SELECT 1 FROM communications WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'what was said is not changed'); END;

-- Into the trail, in the form of 0025. What names a person is redacted there, because nothing of the trail can be erased: users who are affected, and what
-- was said to whom. The rows of those affected are the job's work list; the trail has them where they were written from outside the program.

CREATE TRIGGER compliance_regimes_insert_is_audited AFTER INSERT ON compliance_regimes BEGIN
  INSERT INTO audit_changes VALUES ('compliance_regimes', 'insert', new.id, NULL,
    NULL,
    json_object(
      'id', new.id, 'version', new.version, 'definition', json(new.definition), 'created_at_ms', new.created_at_ms, 'created_by', new.created_by));
END;
CREATE TRIGGER compliance_regimes_update_is_audited AFTER UPDATE ON compliance_regimes BEGIN
  INSERT INTO audit_changes VALUES ('compliance_regimes', 'update', old.id, NULL,
    json_object(
      'id', old.id, 'version', old.version, 'definition', json(old.definition), 'created_at_ms', old.created_at_ms, 'created_by', old.created_by),
    json_object(
      'id', new.id, 'version', new.version, 'definition', json(new.definition), 'created_at_ms', new.created_at_ms, 'created_by', new.created_by));
END;
CREATE TRIGGER compliance_regimes_delete_is_audited AFTER DELETE ON compliance_regimes BEGIN
  INSERT INTO audit_changes VALUES ('compliance_regimes', 'delete', old.id, NULL,
    json_object(
      'id', old.id, 'version', old.version, 'definition', json(old.definition), 'created_at_ms', old.created_at_ms, 'created_by', old.created_by),
    NULL);
END;
CREATE TRIGGER compliance_regimes_insert_replaces_nothing BEFORE INSERT ON compliance_regimes
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (
    SELECT 1 FROM compliance_regimes WHERE id = new.id AND version = new.version)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER compliance_regimes_update_replaces_nothing BEFORE UPDATE OF id, version ON compliance_regimes
  WHEN new.id IS NOT old.id OR new.version IS NOT old.version
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER breaches_insert_is_audited AFTER INSERT ON breaches BEGIN
  INSERT INTO audit_changes VALUES ('breaches', 'insert', new.id, new.project_id,
    NULL,
    json_object(
      'id', new.id, 'project_id', new.project_id, 'title', new.title, 'state', new.state, 'version', new.version, 'detected_at_ms', new.detected_at_ms,
      'aware_at_ms', new.aware_at_ms, 'facts', json(new.facts), 'regimes', json(new.regimes), 'rank', new.rank, 'sort_ms', new.sort_ms,
      'created_at_ms', new.created_at_ms, 'created_by', new.created_by, 'created_by_name', new.created_by_name, 'resolved_at_ms', new.resolved_at_ms,
      'resolution', new.resolution));
END;
CREATE TRIGGER breaches_update_is_audited AFTER UPDATE ON breaches BEGIN
  INSERT INTO audit_changes VALUES ('breaches', 'update', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'title', old.title, 'state', old.state, 'version', old.version, 'detected_at_ms', old.detected_at_ms,
      'aware_at_ms', old.aware_at_ms, 'facts', json(old.facts), 'regimes', json(old.regimes), 'rank', old.rank, 'sort_ms', old.sort_ms,
      'created_at_ms', old.created_at_ms, 'created_by', old.created_by, 'created_by_name', old.created_by_name, 'resolved_at_ms', old.resolved_at_ms,
      'resolution', old.resolution),
    json_object(
      'id', new.id, 'project_id', new.project_id, 'title', new.title, 'state', new.state, 'version', new.version, 'detected_at_ms', new.detected_at_ms,
      'aware_at_ms', new.aware_at_ms, 'facts', json(new.facts), 'regimes', json(new.regimes), 'rank', new.rank, 'sort_ms', new.sort_ms,
      'created_at_ms', new.created_at_ms, 'created_by', new.created_by, 'created_by_name', new.created_by_name, 'resolved_at_ms', new.resolved_at_ms,
      'resolution', new.resolution));
END;
CREATE TRIGGER breaches_delete_is_audited AFTER DELETE ON breaches BEGIN
  INSERT INTO audit_changes VALUES ('breaches', 'delete', old.id, old.project_id,
    json_object(
      'id', old.id, 'project_id', old.project_id, 'title', old.title, 'state', old.state, 'version', old.version, 'detected_at_ms', old.detected_at_ms,
      'aware_at_ms', old.aware_at_ms, 'facts', json(old.facts), 'regimes', json(old.regimes), 'rank', old.rank, 'sort_ms', old.sort_ms,
      'created_at_ms', old.created_at_ms, 'created_by', old.created_by, 'created_by_name', old.created_by_name, 'resolved_at_ms', old.resolved_at_ms,
      'resolution', old.resolution),
    NULL);
END;
CREATE TRIGGER breaches_insert_replaces_nothing BEFORE INSERT ON breaches
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (
    SELECT 1 FROM breaches WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER breaches_update_replaces_nothing BEFORE UPDATE OF id ON breaches
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER breach_clocks_insert_is_audited AFTER INSERT ON breach_clocks BEGIN
  INSERT INTO audit_changes VALUES ('breach_clocks', 'insert', new.breach_id, (SELECT project_id FROM breaches WHERE id = new.breach_id),
    NULL,
    json_object(
      'breach_id', new.breach_id, 'clock_id', new.clock_id, 'regime_id', new.regime_id, 'regime_version', new.regime_version, 'label', new.label,
      'to_whom', new.to_whom, 'source', new.source, 'due_at_ms', new.due_at_ms, 'remind_before', json(new.remind_before), 'withdrawn', new.withdrawn,
      'done_at_ms', new.done_at_ms, 'not_needed', new.not_needed, 'done_by', new.done_by, 'note', new.note, 'next_notice_ms', new.next_notice_ms));
END;
CREATE TRIGGER breach_clocks_update_is_audited AFTER UPDATE ON breach_clocks WHEN
  (old.breach_id, old.clock_id, old.regime_id, old.regime_version, old.label, old.to_whom, old.source, old.due_at_ms, old.remind_before, old.withdrawn,
   old.done_at_ms, old.not_needed, old.done_by, old.note) IS NOT
  (new.breach_id, new.clock_id, new.regime_id, new.regime_version, new.label, new.to_whom, new.source, new.due_at_ms, new.remind_before, new.withdrawn,
   new.done_at_ms, new.not_needed, new.done_by, new.note)
  OR NOT EXISTS (SELECT 1 FROM audit_context)
BEGIN
  INSERT INTO audit_changes VALUES ('breach_clocks', 'update', old.breach_id, (SELECT project_id FROM breaches WHERE id = old.breach_id),
    json_object(
      'breach_id', old.breach_id, 'clock_id', old.clock_id, 'regime_id', old.regime_id, 'regime_version', old.regime_version, 'label', old.label,
      'to_whom', old.to_whom, 'source', old.source, 'due_at_ms', old.due_at_ms, 'remind_before', json(old.remind_before), 'withdrawn', old.withdrawn,
      'done_at_ms', old.done_at_ms, 'not_needed', old.not_needed, 'done_by', old.done_by, 'note', old.note, 'next_notice_ms', old.next_notice_ms),
    json_object(
      'breach_id', new.breach_id, 'clock_id', new.clock_id, 'regime_id', new.regime_id, 'regime_version', new.regime_version, 'label', new.label,
      'to_whom', new.to_whom, 'source', new.source, 'due_at_ms', new.due_at_ms, 'remind_before', json(new.remind_before), 'withdrawn', new.withdrawn,
      'done_at_ms', new.done_at_ms, 'not_needed', new.not_needed, 'done_by', new.done_by, 'note', new.note, 'next_notice_ms', new.next_notice_ms));
END;
CREATE TRIGGER breach_clocks_delete_is_audited AFTER DELETE ON breach_clocks BEGIN
  INSERT INTO audit_changes VALUES ('breach_clocks', 'delete', old.breach_id, (SELECT project_id FROM breaches WHERE id = old.breach_id),
    json_object(
      'breach_id', old.breach_id, 'clock_id', old.clock_id, 'regime_id', old.regime_id, 'regime_version', old.regime_version, 'label', old.label,
      'to_whom', old.to_whom, 'source', old.source, 'due_at_ms', old.due_at_ms, 'remind_before', json(old.remind_before), 'withdrawn', old.withdrawn,
      'done_at_ms', old.done_at_ms, 'not_needed', old.not_needed, 'done_by', old.done_by, 'note', old.note, 'next_notice_ms', old.next_notice_ms),
    NULL);
END;
CREATE TRIGGER breach_clocks_insert_replaces_nothing BEFORE INSERT ON breach_clocks
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (
    SELECT 1 FROM breach_clocks WHERE breach_id = new.breach_id AND clock_id = new.clock_id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER breach_clocks_update_replaces_nothing BEFORE UPDATE OF breach_id, clock_id ON breach_clocks
  WHEN new.breach_id IS NOT old.breach_id OR new.clock_id IS NOT old.clock_id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER breach_searches_insert_is_audited AFTER INSERT ON breach_searches BEGIN
  INSERT INTO audit_changes VALUES ('breach_searches', 'insert', new.breach_id, new.project_id,
    NULL,
    json_set(json_object(
      'id', new.id, 'breach_id', new.breach_id, 'number', new.number, 'project_id', new.project_id, 'q', '[redacted]', 'stream', new.stream,
      'from_ms', new.from_ms, 'to_ms', new.to_ms, 'state', new.state, 'started_at_ms', new.started_at_ms, 'started_by', new.started_by,
      'started_by_name', new.started_by_name, 'ended_at_ms', new.ended_at_ms, 'problem', new.problem, 'pages', new.pages, 'run', new.run),
      '$.cursor', new.cursor, '$.matched', new.matched, '$.named', new.named));
END;
CREATE TRIGGER breach_searches_update_is_audited AFTER UPDATE ON breach_searches WHEN
  (old.id, old.breach_id, old.number, old.project_id, old.q, old.stream, old.from_ms, old.to_ms, old.state, old.started_at_ms, old.started_by,
   old.started_by_name, old.ended_at_ms, old.problem) IS NOT
  (new.id, new.breach_id, new.number, new.project_id, new.q, new.stream, new.from_ms, new.to_ms, new.state, new.started_at_ms, new.started_by,
   new.started_by_name, new.ended_at_ms, new.problem)
  OR NOT EXISTS (SELECT 1 FROM audit_context)
BEGIN
  INSERT INTO audit_changes VALUES ('breach_searches', 'update', old.breach_id, old.project_id,
    json_set(json_object(
      'id', old.id, 'breach_id', old.breach_id, 'number', old.number, 'project_id', old.project_id, 'q', '[redacted]', 'stream', old.stream,
      'from_ms', old.from_ms, 'to_ms', old.to_ms, 'state', old.state, 'started_at_ms', old.started_at_ms, 'started_by', old.started_by,
      'started_by_name', old.started_by_name, 'ended_at_ms', old.ended_at_ms, 'problem', old.problem, 'pages', old.pages, 'run', old.run),
      '$.cursor', old.cursor, '$.matched', old.matched, '$.named', old.named),
    json_set(json_object(
      'id', new.id, 'breach_id', new.breach_id, 'number', new.number, 'project_id', new.project_id,
      'q', iif(new.q IS old.q, '[redacted]', '[redacted, changed]'), 'stream', new.stream,
      'from_ms', new.from_ms, 'to_ms', new.to_ms, 'state', new.state, 'started_at_ms', new.started_at_ms, 'started_by', new.started_by,
      'started_by_name', new.started_by_name, 'ended_at_ms', new.ended_at_ms, 'problem', new.problem, 'pages', new.pages, 'run', new.run),
      '$.cursor', new.cursor, '$.matched', new.matched, '$.named', new.named));
END;
CREATE TRIGGER breach_searches_delete_is_audited AFTER DELETE ON breach_searches BEGIN
  INSERT INTO audit_changes VALUES ('breach_searches', 'delete', old.breach_id, old.project_id,
    json_set(json_object(
      'id', old.id, 'breach_id', old.breach_id, 'number', old.number, 'project_id', old.project_id, 'q', '[redacted]', 'stream', old.stream,
      'from_ms', old.from_ms, 'to_ms', old.to_ms, 'state', old.state, 'started_at_ms', old.started_at_ms, 'started_by', old.started_by,
      'started_by_name', old.started_by_name, 'ended_at_ms', old.ended_at_ms, 'problem', old.problem, 'pages', old.pages, 'run', old.run),
      '$.cursor', old.cursor, '$.matched', old.matched, '$.named', old.named),
    NULL);
END;
CREATE TRIGGER breach_searches_insert_replaces_nothing BEFORE INSERT ON breach_searches
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (
    SELECT 1 FROM breach_searches WHERE id = new.id OR (breach_id = new.breach_id AND number = new.number))
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER breach_searches_update_replaces_nothing BEFORE UPDATE OF id, breach_id, number ON breach_searches
  WHEN new.id IS NOT old.id OR new.breach_id IS NOT old.breach_id OR new.number IS NOT old.number
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER breach_affected_insert_is_audited AFTER INSERT ON breach_affected WHEN NOT EXISTS (SELECT 1 FROM audit_context) BEGIN
  INSERT INTO audit_changes VALUES ('breach_affected', 'insert', new.breach_id, new.project_id,
    NULL,
    json_object(
      'breach_id', new.breach_id, 'project_id', new.project_id, 'user_id', '[redacted]', 'records', new.records, 'first_ts', new.first_ts,
      'last_ts', new.last_ts, 'search_number', new.search_number, 'state', new.state, 'event_id', '[redacted]', 'destination_id', new.destination_id,
      'notification', new.notification, 'at_ms', new.at_ms, 'problem', new.problem));
END;
CREATE TRIGGER breach_affected_update_is_audited AFTER UPDATE ON breach_affected WHEN NOT EXISTS (SELECT 1 FROM audit_context) BEGIN
  INSERT INTO audit_changes VALUES ('breach_affected', 'update', old.breach_id, old.project_id,
    json_object(
      'breach_id', old.breach_id, 'project_id', old.project_id, 'user_id', '[redacted]', 'records', old.records, 'first_ts', old.first_ts,
      'last_ts', old.last_ts, 'search_number', old.search_number, 'state', old.state, 'event_id', '[redacted]', 'destination_id', old.destination_id,
      'notification', old.notification, 'at_ms', old.at_ms, 'problem', old.problem),
    json_object(
      'breach_id', new.breach_id, 'project_id', new.project_id, 'user_id', iif(new.user_id IS old.user_id, '[redacted]', '[redacted, changed]'),
      'records', new.records, 'first_ts', new.first_ts, 'last_ts', new.last_ts, 'search_number', new.search_number, 'state', new.state,
      'event_id', iif(new.event_id IS old.event_id, '[redacted]', '[redacted, changed]'), 'destination_id', new.destination_id,
      'notification', new.notification, 'at_ms', new.at_ms, 'problem', new.problem));
END;
CREATE TRIGGER breach_affected_delete_is_audited AFTER DELETE ON breach_affected WHEN NOT EXISTS (SELECT 1 FROM audit_context) BEGIN
  INSERT INTO audit_changes VALUES ('breach_affected', 'delete', old.breach_id, old.project_id,
    json_object(
      'breach_id', old.breach_id, 'project_id', old.project_id, 'user_id', '[redacted]', 'records', old.records, 'first_ts', old.first_ts,
      'last_ts', old.last_ts, 'search_number', old.search_number, 'state', old.state, 'event_id', '[redacted]', 'destination_id', old.destination_id,
      'notification', old.notification, 'at_ms', old.at_ms, 'problem', old.problem),
    NULL);
END;
CREATE TRIGGER breach_affected_insert_replaces_nothing BEFORE INSERT ON breach_affected
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (
    SELECT 1 FROM breach_affected WHERE breach_id = new.breach_id AND project_id = new.project_id AND user_id = new.user_id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER breach_affected_update_replaces_nothing BEFORE UPDATE OF breach_id, project_id, user_id ON breach_affected
  WHEN new.breach_id IS NOT old.breach_id OR new.project_id IS NOT old.project_id OR new.user_id IS NOT old.user_id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER breach_notifications_insert_is_audited AFTER INSERT ON breach_notifications BEGIN
  INSERT INTO audit_changes VALUES ('breach_notifications', 'insert', new.breach_id, new.project_id,
    NULL,
    json_object(
      'breach_id', new.breach_id, 'number', new.number, 'project_id', new.project_id, 'destination_id', new.destination_id, 'subject', new.subject,
      'body', new.body, 'facts', json(new.facts), 'started_at_ms', new.started_at_ms, 'started_by', new.started_by,
      'started_by_name', new.started_by_name, 'stopped_at_ms', new.stopped_at_ms));
END;
CREATE TRIGGER breach_notifications_update_is_audited AFTER UPDATE ON breach_notifications BEGIN
  INSERT INTO audit_changes VALUES ('breach_notifications', 'update', old.breach_id, old.project_id,
    json_object(
      'breach_id', old.breach_id, 'number', old.number, 'project_id', old.project_id, 'destination_id', old.destination_id, 'subject', old.subject,
      'body', old.body, 'facts', json(old.facts), 'started_at_ms', old.started_at_ms, 'started_by', old.started_by,
      'started_by_name', old.started_by_name, 'stopped_at_ms', old.stopped_at_ms),
    json_object(
      'breach_id', new.breach_id, 'number', new.number, 'project_id', new.project_id, 'destination_id', new.destination_id, 'subject', new.subject,
      'body', new.body, 'facts', json(new.facts), 'started_at_ms', new.started_at_ms, 'started_by', new.started_by,
      'started_by_name', new.started_by_name, 'stopped_at_ms', new.stopped_at_ms));
END;
CREATE TRIGGER breach_notifications_delete_is_audited AFTER DELETE ON breach_notifications BEGIN
  INSERT INTO audit_changes VALUES ('breach_notifications', 'delete', old.breach_id, old.project_id,
    json_object(
      'breach_id', old.breach_id, 'number', old.number, 'project_id', old.project_id, 'destination_id', old.destination_id, 'subject', old.subject,
      'body', old.body, 'facts', json(old.facts), 'started_at_ms', old.started_at_ms, 'started_by', old.started_by,
      'started_by_name', old.started_by_name, 'stopped_at_ms', old.stopped_at_ms),
    NULL);
END;
CREATE TRIGGER breach_notifications_insert_replaces_nothing BEFORE INSERT ON breach_notifications
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (
    SELECT 1 FROM breach_notifications WHERE breach_id = new.breach_id AND number = new.number)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER breach_notifications_update_replaces_nothing BEFORE UPDATE OF breach_id, number ON breach_notifications
  WHEN new.breach_id IS NOT old.breach_id OR new.number IS NOT old.number
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER compliance_templates_insert_is_audited AFTER INSERT ON compliance_templates BEGIN
  INSERT INTO audit_changes VALUES ('compliance_templates', 'insert', new.id, NULL,
    NULL,
    json_object(
      'id', new.id, 'name', new.name, 'purpose', new.purpose, 'subject', new.subject, 'body', new.body, 'version', new.version,
      'created_at_ms', new.created_at_ms, 'changed_at_ms', new.changed_at_ms, 'changed_by', new.changed_by));
END;
CREATE TRIGGER compliance_templates_update_is_audited AFTER UPDATE ON compliance_templates BEGIN
  INSERT INTO audit_changes VALUES ('compliance_templates', 'update', old.id, NULL,
    json_object(
      'id', old.id, 'name', old.name, 'purpose', old.purpose, 'subject', old.subject, 'body', old.body, 'version', old.version,
      'created_at_ms', old.created_at_ms, 'changed_at_ms', old.changed_at_ms, 'changed_by', old.changed_by),
    json_object(
      'id', new.id, 'name', new.name, 'purpose', new.purpose, 'subject', new.subject, 'body', new.body, 'version', new.version,
      'created_at_ms', new.created_at_ms, 'changed_at_ms', new.changed_at_ms, 'changed_by', new.changed_by));
END;
CREATE TRIGGER compliance_templates_delete_is_audited AFTER DELETE ON compliance_templates BEGIN
  INSERT INTO audit_changes VALUES ('compliance_templates', 'delete', old.id, NULL,
    json_object(
      'id', old.id, 'name', old.name, 'purpose', old.purpose, 'subject', old.subject, 'body', old.body, 'version', old.version,
      'created_at_ms', old.created_at_ms, 'changed_at_ms', old.changed_at_ms, 'changed_by', old.changed_by),
    NULL);
END;
CREATE TRIGGER compliance_templates_insert_replaces_nothing BEFORE INSERT ON compliance_templates
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (
    SELECT 1 FROM compliance_templates WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER compliance_templates_update_replaces_nothing BEFORE UPDATE OF id ON compliance_templates
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;

CREATE TRIGGER communications_insert_is_audited AFTER INSERT ON communications BEGIN
  INSERT INTO audit_changes VALUES ('communications', 'insert', new.subject_id, NULL,
    NULL,
    json_object(
      'id', new.id, 'subject_id', new.subject_id, 'at_ms', new.at_ms, 'recorded_at_ms', new.recorded_at_ms, 'by_id', new.by_id, 'by_name', new.by_name,
      'recipient', '[redacted]', 'channel', new.channel, 'template_id', new.template_id, 'subject', '[redacted]', 'body', '[redacted]'));
END;
CREATE TRIGGER communications_update_is_audited AFTER UPDATE ON communications BEGIN
  INSERT INTO audit_changes VALUES ('communications', 'update', old.subject_id, NULL,
    json_object(
      'id', old.id, 'subject_id', old.subject_id, 'at_ms', old.at_ms, 'recorded_at_ms', old.recorded_at_ms, 'by_id', old.by_id, 'by_name', old.by_name,
      'recipient', '[redacted]', 'channel', old.channel, 'template_id', old.template_id, 'subject', '[redacted]', 'body', '[redacted]'),
    json_object(
      'id', new.id, 'subject_id', new.subject_id, 'at_ms', new.at_ms, 'recorded_at_ms', new.recorded_at_ms, 'by_id', new.by_id, 'by_name', new.by_name,
      'recipient', iif(new.recipient IS old.recipient, '[redacted]', '[redacted, changed]'), 'channel', new.channel, 'template_id', new.template_id,
      'subject', iif(new.subject IS old.subject, '[redacted]', '[redacted, changed]'),
      'body', iif(new.body IS old.body, '[redacted]', '[redacted, changed]')));
END;
CREATE TRIGGER communications_delete_is_audited AFTER DELETE ON communications BEGIN
  INSERT INTO audit_changes VALUES ('communications', 'delete', old.subject_id, NULL,
    json_object(
      'id', old.id, 'subject_id', old.subject_id, 'at_ms', old.at_ms, 'recorded_at_ms', old.recorded_at_ms, 'by_id', old.by_id, 'by_name', old.by_name,
      'recipient', '[redacted]', 'channel', old.channel, 'template_id', old.template_id, 'subject', '[redacted]', 'body', '[redacted]'),
    NULL);
END;
CREATE TRIGGER communications_insert_replaces_nothing BEFORE INSERT ON communications
  WHEN NOT EXISTS (SELECT 1 FROM audit_context) AND EXISTS (
    SELECT 1 FROM communications WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'rows of critical tables are not replaced'); END;
CREATE TRIGGER communications_update_replaces_nothing BEFORE UPDATE OF id ON communications
  WHEN new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'rows of critical tables keep their keys'); END;
