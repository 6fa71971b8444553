/** Append only: a step that has shipped is never edited (schema-steps.ts checks). */
export const JOURNAL_SCHEMA: readonly string[] = [
  `-- The tail: what is durable and not yet in a block.
   CREATE TABLE parts (
     stream TEXT NOT NULL,
     first_seq INTEGER NOT NULL,
     records INTEGER NOT NULL,
     min_ts INTEGER NOT NULL,
     max_ts INTEGER NOT NULL,
     raw_bytes INTEGER NOT NULL,
     codec TEXT NOT NULL,
     crc32 INTEGER NOT NULL,
     data BLOB NOT NULL,
     summary TEXT NOT NULL,
     tokens BLOB,
     at_ms INTEGER NOT NULL,
     PRIMARY KEY (stream, first_seq)
   );
   CREATE TABLE heads (stream TEXT PRIMARY KEY, next_seq INTEGER NOT NULL, sealed_seq INTEGER NOT NULL) WITHOUT ROWID;
   -- Batches that must not be stored twice.
   CREATE TABLE dedupe (key TEXT PRIMARY KEY, payload TEXT NOT NULL, answer TEXT NOT NULL, expires_at_ms INTEGER NOT NULL) WITHOUT ROWID;
   CREATE INDEX dedupe_by_expiry ON dedupe (expires_at_ms);
   -- Counts by key and minute; minute 0 holds what is older than the fine-grained period.
   CREATE TABLE ledger (
     key_id TEXT NOT NULL,
     minute INTEGER NOT NULL,
     received INTEGER NOT NULL,
     stored INTEGER NOT NULL,
     duplicate INTEGER NOT NULL,
     rejected INTEGER NOT NULL,
     refused INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     last_seen_at_ms INTEGER NOT NULL,
     PRIMARY KEY (key_id, minute)
   ) WITHOUT ROWID;
   CREATE TABLE ledger_reasons (key_id TEXT NOT NULL, reason TEXT NOT NULL, records INTEGER NOT NULL, PRIMARY KEY (key_id, reason)) WITHOUT ROWID;
   CREATE TABLE revoked_keys (key_id TEXT PRIMARY KEY, from_ms INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`,
  `-- Requests refused whole, by the code of the answer.
   CREATE TABLE ledger_refusals (key_id TEXT NOT NULL, code TEXT NOT NULL, requests INTEGER NOT NULL, PRIMARY KEY (key_id, code)) WITHOUT ROWID;`,
  `-- Requests by minute. Those of before are not known, but for the refused ones.
   ALTER TABLE ledger ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;
   UPDATE ledger SET requests = refused;
   -- Of a record that was taken; 0 for none. Seen was also what was refused.
   ALTER TABLE ledger ADD COLUMN last_record_at_ms INTEGER NOT NULL DEFAULT 0;
   UPDATE ledger SET last_record_at_ms = last_seen_at_ms WHERE stored + duplicate > 0;
   -- Why: records by the reason of their rejection, requests by the code of their refusal. Minute 0 as in the ledger.
   CREATE TABLE ledger_causes (
     key_id TEXT NOT NULL,
     kind TEXT NOT NULL,
     cause TEXT NOT NULL,
     minute INTEGER NOT NULL,
     total INTEGER NOT NULL,
     PRIMARY KEY (key_id, kind, cause, minute)
   ) WITHOUT ROWID;
   INSERT INTO ledger_causes (key_id, kind, cause, minute, total)
     SELECT key_id, 'rejected', iif(place > 30 OR length(reason) > 128, '(other)', reason), 0, sum(records)
     FROM (SELECT *, row_number() OVER (PARTITION BY key_id ORDER BY records DESC) AS place FROM ledger_reasons) GROUP BY 1, 3;
   INSERT INTO ledger_causes (key_id, kind, cause, minute, total) SELECT key_id, 'refused', code, 0, requests FROM ledger_refusals;
   DROP TABLE ledger_reasons;
   DROP TABLE ledger_refusals;
   -- Who sends. A bounded number a key: the user agent is whatever a client says.
   CREATE TABLE ledger_sources (
     key_id TEXT NOT NULL,
     protocol TEXT NOT NULL,
     user_agent TEXT NOT NULL,
     requests INTEGER NOT NULL,
     records INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     first_seen_at_ms INTEGER NOT NULL,
     last_seen_at_ms INTEGER NOT NULL,
     last_record_at_ms INTEGER NOT NULL,
     PRIMARY KEY (key_id, protocol, user_agent)
   ) WITHOUT ROWID;`,
  `-- Each row and each entry of an index that is written is billed: what came with every request was eleven of them, and is four.
   -- A part: no second tree for its key, and before its data what has to be read without them. counts: what the ledger has yet to take, as JSON, of the batch
   -- that this is the first part of.
   CREATE TABLE tail (
     stream TEXT NOT NULL,
     first_seq INTEGER NOT NULL,
     records INTEGER NOT NULL,
     min_ts INTEGER NOT NULL,
     max_ts INTEGER NOT NULL,
     raw_bytes INTEGER NOT NULL,
     at_ms INTEGER NOT NULL,
     counts TEXT,
     codec TEXT NOT NULL,
     crc32 INTEGER NOT NULL,
     data BLOB NOT NULL,
     summary TEXT NOT NULL,
     tokens BLOB,
     PRIMARY KEY (stream, first_seq)
   ) WITHOUT ROWID;
   INSERT INTO tail (stream, first_seq, records, min_ts, max_ts, raw_bytes, at_ms, counts, codec, crc32, data, summary, tokens)
     SELECT stream, first_seq, records, min_ts, max_ts, raw_bytes, at_ms, NULL, codec, crc32, data, summary, tokens FROM parts;
   DROP TABLE parts;
   ALTER TABLE tail RENAME TO parts;
   -- next_seq is where the stream stood when it was sealed or counted last: its parts go on from there. From counted_seq on the ledger has not taken the counts of its parts.
   ALTER TABLE heads ADD COLUMN counted_seq INTEGER NOT NULL DEFAULT 1;
   -- What has expired is found by walking through the answers (answer-store.ts).
   DROP INDEX dedupe_by_expiry;`,
];
