import type { Summary } from '../blocks/index.ts';
import type { IngestAnswer } from '../wire/ingest.ts';
import type { Protocol } from '../wire/protocols.ts';
import type { Stream } from '../wire/record.ts';

/** Records of one stream, finished: what one journal row holds. At most MAX_PART_RECORDS records and 1.8 MB. */
export interface Part {
  stream: Stream;
  summary: Summary;
  rawBytes: number;
  /** `deflate`: a piece of blocks/gzip.ts. `raw`: NDJSON as it is, packed when it is sealed (small batches pack badly alone). */
  codec: 'deflate' | 'raw';
  data: Uint8Array;
  /** CRC-32 of the raw bytes; 0 for `raw`. */
  crc32: number;
  /** Token hashes (TokenSet.toBytes); null for `raw`, which is tokenised when it is sealed. */
  tokens: Uint8Array | null;
}

/** A part with its place: `summary.records` records from `firstSeq` on. */
export interface PlacedPart extends Part {
  firstSeq: number;
}

/** A block of 5,000 records fills to at least four fifths, whatever the batch size. Bytes are bounded where parts are made: ingest/batch.ts. */
export const MAX_PART_RECORDS = 1_000;

export interface AppendRequest {
  projectId: string;
  shard: number;
  /** The key, or `user:<id>` for a signed-in socket: the ledger's account. */
  keyId: string;
  protocol: Protocol;
  /** As the client names itself; '' where it does not. */
  userAgent: string;
  nowMs: number;
  parts: Part[];
  received: number;
  rejected: number;
  /** Rejections by reason, for the ledger. */
  rejectedByReason: Record<string, number>;
  rejections: IngestAnswer['errors'];
  /** Records that the sender gave up before they came here, by reason: counted as received and rejected, once with the batch that tells of them. */
  lost?: Record<string, number>;
  /** Body bytes after inflation. */
  bodyBytes: number;
  dedupe: Dedupe | null;
}

/** How a repeat of this batch is recognised. */
export type Dedupe =
  /** The client named it. `payload` is the body's SHA-256: the same name for another body is an error. */
  | { kind: 'key'; key: string; payload: string }
  /** Every record carries its own time, so an equal body is a shipper's retry. */
  | { kind: 'body'; payload: string };

export type AppendOutcome =
  | { kind: 'stored'; answer: IngestAnswer }
  /** The first answer to this idempotency key. */
  | { kind: 'replayed'; answer: IngestAnswer }
  | { kind: 'key_reused' }
  | { kind: 'key_revoked' }
  | { kind: 'project_disabled' }
  /** D1 has been away for so long that the backlog passes its bound. */
  | { kind: 'backlog_full'; retryAfterSeconds: number };

/** Sequences count from 1 in each stream of a journal. First sequence not yet given out, and first not yet sealed, of a stream. */
export interface StreamHead {
  stream: Stream;
  nextSeq: number;
  sealedSeq: number;
}

export interface TailRequest {
  stream: Stream | null;
  fromMs: number;
  toMs: number;
  /** Goes on after this part of the previous page; null for the first. */
  after: { stream: Stream; firstSeq: number } | null;
  maxBytes: number;
}

export interface TailPage {
  shard: number;
  heads: StreamHead[];
  parts: PlacedPart[];
  more: boolean;
}

export interface LedgerCounts {
  /** All that came with the key, refused ones too. */
  requests: number;
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  /** Requests refused whole: revoked key, malformed body, full backlog. */
  refused: number;
  bytes: number;
}

export interface LedgerRow extends LedgerCounts {
  keyId: string;
  lastSeenAtMs: number;
  /** When a record was last taken: stored, or known to be stored before. 0 for never. */
  lastRecordAtMs: number;
  rejectedByReason: Record<string, number>;
  /** By the code of the answer (docs/errors.md). */
  refusedByCode: Record<string, number>;
}

/** What of the ledger is asked: minutes from `fromMinute` to before `toMinute`, counted since 1970, of one key or of all. */
export interface LedgerRequest {
  keyId: string | null;
  fromMinute: number;
  toMinute: number;
  /** At most this many and one more of each, which says that there are more. */
  maxMinutes: number;
  maxSources: number;
}

export interface LedgerMinute extends LedgerCounts {
  /** Its start, Unix ms. */
  minute: number;
  keyId: string;
}

export interface LedgerCause {
  keyId: string;
  kind: 'rejected' | 'refused';
  /** Why records were rejected, or the code by which requests were refused; `(other)` past the bound of a key. */
  cause: string;
  total: number;
  /** The last minute with one, Unix ms. */
  lastMinute: number;
}

/** A client, as it names itself, since the key exists. Requests that were refused before the journal saw them are not in it. */
export interface LedgerSource {
  keyId: string;
  protocol: Protocol;
  /** '' where it says none, `(other)` for those past the bound of a key. */
  userAgent: string;
  requests: number;
  records: number;
  bytes: number;
  firstSeenAtMs: number;
  lastSeenAtMs: number;
  /** As of a key. */
  lastRecordAtMs: number;
}

export interface LedgerDetail {
  /** Minutes before this one are folded; 0 where none is. */
  foldedBeforeMs: number;
  /** The newest first. */
  minutes: LedgerMinute[];
  causes: LedgerCause[];
  /** The latest seen first. */
  sources: LedgerSource[];
}

export interface JournalStatus {
  shard: number;
  heads: StreamHead[];
  backlogRecords: number;
  backlogBytes: number;
  /** When the record came that waits longest to be in a block; null where none waits. */
  oldestUnsealedAtMs: number | null;
  /** Since when D1 has refused blocks; null while it takes them. */
  sealFailingSinceMs: number | null;
  lastSealAtMs: number | null;
  ledger: LedgerRow[];
}

/** Objects of the project that a journal publishes to, each by the project's id. */
export type ListenerName = 'hub' | 'alerts';

/** Streams that a listener is told of; `all` also those that have no record yet. */
export type Wanted = 'all' | readonly Stream[];

/** What the journal tells a listener. */
export interface Publication {
  shard: number;
  parts: Pick<PlacedPart, 'stream' | 'firstSeq' | 'codec' | 'data' | 'rawBytes' | 'summary'>[];
  /** Where the streams stand, once something may have got lost on the way: the listener makes up for what it lacks. Null where all came in order. */
  heads: StreamHead[] | null;
}
