/** Append-only: see applySchemaSteps. Large columns come last: what is behind them costs a walk through their pages. */
export const DESTINATION_SCHEMA: readonly string[] = [
  `-- config, receiver (JSON of src/delivery/queue/receiver.ts), gone_at_ms, dns, cleaned_at_ms, warm_at_ms.
   CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

   CREATE TABLE deliveries (
     seq INTEGER PRIMARY KEY,
     event_id TEXT NOT NULL,
     type TEXT NOT NULL,
     subject TEXT NOT NULL,
     -- The subject where the order counts, else null: no index is written for what needs none.
     lane TEXT,
     is_test INTEGER NOT NULL,
     state TEXT NOT NULL,
     created_at_ms INTEGER NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0,
     -- Where it stands in the schedule of its retries (JSON), which a replay starts again; null before the first.
     retries TEXT,
     last_attempt_at_ms INTEGER,
     -- Of what is queued; null for what waits until the one before it of its lane has ended.
     next_attempt_at_ms INTEGER,
     -- Of what was delivered, or is dead.
     ended_at_ms INTEGER,
     last_outcome TEXT,
     last_status INTEGER,
     reason TEXT,
     event TEXT NOT NULL,
     -- As it was sent first.
     body TEXT
   );
   CREATE UNIQUE INDEX deliveries_by_event ON deliveries (event_id);
   CREATE INDEX deliveries_due ON deliveries (next_attempt_at_ms) WHERE next_attempt_at_ms IS NOT NULL;
   CREATE INDEX deliveries_by_lane ON deliveries (lane) WHERE lane IS NOT NULL AND ended_at_ms IS NULL;
   CREATE INDEX deliveries_by_time ON deliveries (created_at_ms);
   -- is_test, so that counting needs no row.
   CREATE INDEX deliveries_by_state ON deliveries (state, created_at_ms, is_test);
   CREATE INDEX dead_by_end ON deliveries (ended_at_ms) WHERE state = 'dead';

   -- The newest 20 of a delivery. Written when it starts; without an outcome it is under way, or was when its instance died.
   CREATE TABLE attempts (
     seq INTEGER PRIMARY KEY,
     delivery INTEGER NOT NULL,
     number INTEGER NOT NULL,
     kind TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     outcome TEXT,
     status INTEGER,
     duration_ms INTEGER,
     headers_ms INTEGER,
     dns_ms INTEGER,
     url TEXT NOT NULL,
     error TEXT,
     request_headers TEXT,
     response TEXT,
     -- As it was sent, where that is another than the delivery's: after a change of the template.
     body TEXT
   );
   CREATE UNIQUE INDEX attempts_by_delivery ON attempts (delivery, number);

   -- Of the breaker, the newest 1,000.
   CREATE TABLE transitions (
     seq INTEGER PRIMARY KEY,
     at_ms INTEGER NOT NULL,
     from_state TEXT NOT NULL,
     to_state TEXT NOT NULL,
     reason TEXT NOT NULL,
     failure_rate REAL,
     calls INTEGER NOT NULL,
     by_whom TEXT
   );`,
  'ALTER TABLE transitions ADD COLUMN slow_call_rate REAL',
];
