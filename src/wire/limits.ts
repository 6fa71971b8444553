/** Every limit a client can run into. Units are in the names; the reason is beside the number. */

/** A request body after inflation. A Worker has 128 MB for the text, the parsed records and the packed batch together. */
export const MAX_BODY_INFLATED_BYTES = 16 * 1024 * 1024;
/** A request body as sent: no compression helps a body that is larger packed than its limit unpacked. */
export const MAX_BODY_PACKED_BYTES = MAX_BODY_INFLATED_BYTES;
/** One record as JSON, in UTF-16 units of its line; four records of this size fill one journal row. */
export const MAX_RECORD_CHARS = 256 * 1024;
/** Records in one request. More than this is better sent as several requests, each with its own answer. */
export const MAX_RECORDS_PER_REQUEST = 50_000;
/** Rejections listed in an answer; the count in `rejected` is always exact. */
export const MAX_REJECTIONS_LISTED = 100;
/** Nesting of `attrs`: deeper structures cannot be searched by field and cost stack in every reader. */
export const MAX_ATTRS_DEPTH = 16;
/** Properties in one record, counted over all levels. */
export const MAX_ATTRS_PROPERTIES = 512;
/** Length of `service`, `type`, `traceId`, `spanId`, `sessionId`, `userId`, in characters. */
export const MAX_IDENTIFIER_CHARS = 256;
/** An `Idempotency-Key` (IETF draft: a string; this bound keeps the journal's index small). */
export const MAX_IDEMPOTENCY_KEY_CHARS = 255;
/** How long an `Idempotency-Key` is remembered. */
export const IDEMPOTENCY_TTL_MS = 24 * 3_600_000;
/** How long the SHA-256 of a body with a timestamp in every record is remembered. */
export const BODY_HASH_TTL_MS = 10 * 60_000;
/** Records may be dated this far ahead of the server's clock; more is a broken clock, and would sort first for ever. */
export const MAX_FUTURE_MS = 24 * 3_600_000;

/** Raw bytes of a journal that are in no block yet. Above this new batches are refused: an object may hold 10 GB, and queries read the whole tail. */
export const MAX_BACKLOG_BYTES = 1024 * 1024 * 1024;
/** Above this a batch waits until sealing has made room, so that a burst that lasts slows its senders instead of failing them. */
export const SLOW_BACKLOG_BYTES = 512 * 1024 * 1024;

/** One incoming socket frame, in characters or bytes. */
export const MAX_FRAME_CHARS = 4 * 1024 * 1024;
/** Open sockets of one project. The platform refuses to hold more than 32,768 in an object, and an object has 128 MB for all of them. */
export const MAX_SOCKETS_PER_PROJECT = 10_000;
/** Topics of one socket. Attachments that survive hibernation hold 16 KiB. */
export const MAX_TOPICS_PER_SOCKET = 20;
/** A search filter, in characters. */
export const MAX_QUERY_CHARS = 4_096;
/** Records in one page of a search. */
export const MAX_PAGE_RECORDS = 1_000;
export const DEFAULT_PAGE_RECORDS = 100;
/** The heartbeat a client should send; the runtime answers it without waking the hub. */
export const HEARTBEAT_INTERVAL_MS = 10_000;

/** What a project may do, each with its default below; `PATCH /api/projects/:id {limits}` changes them. */
export interface ProjectLimits {
  /** Requests of every write route together. */
  ingestPerMinute: number;
  /** `/api/query/*` and `/api/export`, whoever asks. */
  queryPerMinute: number;
  /** Different names of top-level attributes in a UTC day. */
  attributeNames: number;
  /** Different values of each label in a UTC day. */
  labelValues: number;
}
export const DEFAULT_PROJECT_LIMITS: ProjectLimits = {
  ingestPerMinute: 10_000,
  queryPerMinute: 1_000,
  attributeNames: 2_000,
  labelValues: 1_000,
};
/**
 * How far a project can raise them. Rates: one object counts them all and manages about 5,000 durable takes a second. Names and values: all
 * of one set are told to an isolate at once, and 10,000 are 80 KB.
 */
export const MAX_PROJECT_LIMITS: ProjectLimits = {
  ingestPerMinute: 300_000,
  queryPerMinute: 300_000,
  attributeNames: 10_000,
  labelValues: 10_000,
};
/** Different label names in a UTC day, `service` among them. */
export const MAX_LABEL_NAMES = 200;
/** Of a key's quota; more than the largest deployment takes in. */
export const MAX_QUOTA_RECORDS_PER_DAY = 1_000_000_000_000;
