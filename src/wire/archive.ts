import type { Stream } from './record.ts';

export const DEFAULT_HOT_DAYS = 30;
export const MIN_HOT_DAYS = 1;
export const MAX_HOT_DAYS = 400;
export const DEFAULT_RETENTION_DAYS = 7 * 365 + 2;
export const MAX_RETENTION_DAYS = 36_525;
export const DEFAULT_INFREQUENT_AFTER_DAYS = 90;

/** One object: blocks of one day (UTC, by their newest record) and stream as gzip members one after another. */
export interface Archive {
  /** `arc_…` */
  id: string;
  projectId: string;
  /** `2026-11-27`, UTC. */
  day: string;
  /** Of the day: `batch-0001` is 1. Given once. */
  number: number;
  stream: Stream;
  /** `archive/<project>/<yyyy>/<mm>/<dd>/batch-0001.ndjson.gz` */
  key: string;
  /** `writing`: not yet what searches read. `leaving`: expired or replaced; its object is being deleted. */
  state: 'writing' | 'current' | 'leaving';
  blocks: number;
  records: number;
  rawBytes: number;
  packedBytes: number;
  minTs: number;
  maxTs: number;
  /** Hex, of the object. */
  sha256: string;
  storageClass: 'Standard' | 'InfrequentAccess';
  createdAtMs: number;
  /** When its object was last read back whole, and what was found; null before the first time. */
  verified: { atMs: number; ok: boolean; problem: string | null } | null;
  /** Until when the database has its blocks too; null where it has not. */
  hotUntilMs: number | null;
  /** When retention deletes it; null while a legal hold keeps it. */
  expiresAtMs: number | null;
  /** Of the legal hold that keeps it. */
  holdId: string | null;
  /** How often somebody who searched found a block of it missing or damaged. */
  failedReads: number;
}

/** `GET /api/archives?project=&stream=&from=&to=&limit=&cursor=`: the newest day first. `/:id`: one, with its manifest. */
export interface ArchivePage {
  items: Archive[];
  nextCursor: string | null;
}

export interface ArchiveDetail extends Archive {
  manifest: ArchiveManifest | null;
}

/**
 * `archive/<project>/<yyyy>/<mm>/<dd>/manifest.json`: what the objects of a day are. Each version is also at
 * `archive/<project>/manifests/<sequence>.json`, for ever; a version names the one before it, of whatever day, by its hash.
 */
export interface ArchiveManifest {
  format: 'breakwater-archive/1';
  projectId: string;
  day: string;
  /** Of the project, from 1. */
  sequence: number;
  /** Hex SHA-256 of the bytes of the version before; null for the first. */
  previous: string | null;
  writtenAtMs: number;
  batches: ManifestBatch[];
  records: number;
  rawBytes: number;
  packedBytes: number;
  /** packedBytes / rawBytes. */
  ratio: number;
  minTs: number | null;
  maxTs: number | null;
  /** Why this version was written. */
  reason: 'archived' | 'erased' | 'expired';
  /** Of the key that signed; the signature is over the bytes of the object without its member `signature`, see docs/archive.md. */
  kid: string;
  signature: string;
}

export interface ManifestBatch {
  key: string;
  stream: Stream;
  blocks: number;
  records: number;
  rawBytes: number;
  packedBytes: number;
  minTs: number;
  maxTs: number;
  sha256: string;
}

/** `GET /api/archives/status?project=`. */
export interface ArchiveStatus {
  archives: number;
  records: number;
  rawBytes: number;
  packedBytes: number;
  oldestDay: string | null;
  newestDay: string | null;
  /** Of the records in the database alone. */
  hot: { blocks: number; records: number; rawBytes: number; packedBytes: number; oldestTs: number | null };
  /** How long ago the oldest block that is not archived should have been; 0 where none is late. */
  lagMs: number;
  /** Blocks that should be archived by now. */
  due: number;
  /** Shorter than the setting where the database nears its limit. */
  hotDaysInForce: number;
  manifestSequence: number;
  settings: ArchiveSettings;
}

/** `GET`, `PUT /api/archives/settings?project=`, for administrators. */
export interface ArchiveSettings {
  hotDays: number;
  /** Days from a record's time until its archive is deleted. */
  retentionDays: number;
  /** Where a stream differs. */
  retentionDaysByStream: Partial<Record<Stream, number>>;
  infrequentAfterDays: number;
  /** Writes a Parquet file for each day and stream beside the archive. */
  warehouse: boolean;
}

/** `GET`, `POST /api/archives/holds?project=`, `POST /api/archives/holds/:id/release`. What it covers is neither deleted by retention nor erased. */
export interface LegalHold {
  /** `hld_…` */
  id: string;
  projectId: string;
  /** Null is every stream. */
  stream: Stream | null;
  fromMs: number;
  /** Exclusive; null is without end. */
  toMs: number | null;
  reason: string;
  createdAtMs: number;
  createdBy: string;
  createdByName: string;
  releasedAtMs: number | null;
}

/** `POST /api/archives/:id/verify`. */
export interface ArchiveCheck {
  ok: boolean;
  checkedAtMs: number;
  records: number;
  rawBytes: number;
  /** What is wrong, in sentences; empty where nothing is. */
  problems: string[];
}

/** `POST /api/archives/verify?project=&after=`: the chain of manifests, a bounded number of versions behind `after` (left out: from the first). */
export interface ManifestCheck extends ArchiveCheck {
  fromSequence: number;
  /** The last that was looked at. */
  toSequence: number;
  /** Where there are more: call again with this less one as `after`. */
  nextSequence: number | null;
}

/** `POST /api/archives/run {project?}`: what one bounded run did. `done` false: there is more to do. */
export interface ArchiveRun {
  blocks: number;
  records: number;
  rawBytes: number;
  packedBytes: number;
  objects: number;
  done: boolean;
}

/** `POST /api/archives/restore?project= {fromMs, toMs, stream?, days}`: blocks whose payload is in the database again, for so many days. */
export interface ArchiveRestore {
  blocks: number;
  rawBytes: number;
  hotUntilMs: number;
  /** False where the bound of one call came first: call again. */
  done: boolean;
}

/** `GET /api/archives/warehouse?project=&from=&to=`; `/api/archives/warehouse/:day/:stream?project=` is the file. */
export interface WarehouseFile {
  day: string;
  stream: Stream;
  key: string;
  records: number;
  bytes: number;
  writtenAtMs: number;
}
