-- What the deployment itself measures (src/observability): durations of requests, calls and alarms, by hour and day. Each window is written whole, in the place of what was there.
CREATE TABLE performance (
  resolution INTEGER NOT NULL,       -- minutes in a window: 60 or 1440
  metric TEXT NOT NULL,              -- requests, calls or alarms
  bucket_ms INTEGER NOT NULL,        -- Unix ms of the window's start, UTC
  part INTEGER NOT NULL,             -- from 0: a window of many series has several rows
  series TEXT NOT NULL,              -- JSON: [[key, cell], …], cells as in rollups
  PRIMARY KEY (resolution, metric, bucket_ms, part)
) STRICT, WITHOUT ROWID;
