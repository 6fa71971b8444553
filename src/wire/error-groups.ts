import type { JsonObject, LogRecord } from './record.ts';

/** One line of a stack as it was sent; `original` where an uploaded source map knows better. */
export interface StackFrame {
  function: string | null;
  /** URL without query and fragment. */
  file: string | null;
  line: number | null;
  column: number | null;
  /** False for libraries, browser extensions and native code. */
  inApp: boolean;
  original: OriginalFrame | null;
}

export interface OriginalFrame {
  function: string | null;
  file: string;
  line: number;
  column: number;
  /** Lines around it, where the map holds the source. */
  context: { line: number; text: string }[];
}

/** Errors that are the same: by type, frames of the application, and message without what varies. */
export interface ErrorGroup {
  /** 16 hex digits; also in `attrs.labels.fingerprint` of each record. */
  fingerprint: string;
  type: string;
  message: string;
  /** Function and file of the first frame in the application; null where the error had no stack. */
  culprit: string | null;
  /** In the range asked for. */
  count: number;
  /**
   * Sessions that met it in the range: exact up to 512, beyond it an estimate within about 5 %. Null where one label is filtered by: no rollup knows
   * which of a group's sessions those are.
   */
  sessions: number | null;
  /** Of all time. */
  firstSeenMs: number;
  lastSeenMs: number;
  /** Of the oldest record; null where it named none. */
  firstRelease: string | null;
  /** Those with the most errors in the range first, at most 10, whatever is filtered by. */
  releases: { release: string; count: number }[];
  /** Counts over the range, oldest first. */
  trend: number[];
  status: ErrorStatus;
  /** When somebody last said so; null where nobody did. */
  statusAtMs: number | null;
}

/** `regressed`: it was resolved, and has come again in a record that is newer than that. */
export type ErrorStatus = 'open' | 'resolved' | 'ignored' | 'regressed';

/**
 * `GET /api/query/errors?project=&from=&to=&sort=count|lastSeen|firstSeen|sessions&q=&status=&limit=&cursor=` and the labels of browsers as filters.
 * `q` is looked for in type, message and culprit.
 */
export interface ErrorGroups {
  fromMs: number;
  toMs: number;
  /** Of all groups, by time, for the chart. */
  buckets: { ts: number; count: number }[];
  bucketMs: number;
  /** Errors in the range, with those of no group. */
  total: number;
  items: ErrorGroup[];
  nextCursor: string | null;
  complete: boolean;
}

/** `GET /api/query/errors/:fingerprint?project=&from=&to=&limit=&cursor=` */
export interface ErrorGroupDetail {
  group: ErrorGroup;
  buckets: { ts: number; count: number }[];
  bucketMs: number;
  /** By label: release, browser, os, device, country, page. */
  breakdowns: { label: string; values: { value: string; count: number }[] }[];
  occurrences: { items: Occurrence[]; nextCursor: string | null; complete: boolean };
}

export interface Occurrence {
  record: LogRecord;
  frames: StackFrame[];
  /** Frames of the application whose place a map explained; those for which there was none; those whose map could not be read. */
  maps: { found: number; missing: number; broken: number };
}

/** `GET /api/query/sessions/:id?project=&from=&to=&limit=&cursor=`: all that one visit or sign-in left, oldest first. */
export interface SessionTimeline {
  id: string;
  firstMs: number;
  lastMs: number;
  userId: string | null;
  /** Of the newest record that has them. */
  labels: JsonObject;
  /** Records of this page by stream. */
  counts: Record<string, number>;
  items: LogRecord[];
  nextCursor: string | null;
  complete: boolean;
}

/** `GET /api/query/sessions?project=&from=&to=&q=&limit=`: sessions of browsers in the range, the newest first. */
export interface SessionList {
  items: SessionSummary[];
  /** All in one answer: null always, as every list has one. */
  nextCursor: null;
  complete: boolean;
  countedFromMs: number;
}

export interface SessionSummary {
  id: string;
  firstMs: number;
  lastMs: number;
  userId: string | null;
  /** Different ones, in order of their first record; at most 20. */
  pages: string[];
  records: number;
  errors: number;
  /** Vitals rated poor. */
  poorVitals: number;
  device: string | null;
  browser: string | null;
  os: string | null;
  country: string | null;
}

/** A release or deployment, to be drawn as a line: `GET /api/releases?project=&from=&to=` → {items, nextCursor}. */
export interface Release {
  release: string;
  /** When it was announced, else when its first record came. */
  atMs: number;
  source: 'announced' | 'seen';
}

/** `GET /api/projects/:id/sourcemaps?release=&limit=&cursor=` → {items, nextCursor}, and the answer to `PUT …?release=&file=`. */
export interface StoredMap {
  release: string;
  /** Of the generated file: its path without host, or its name alone. */
  file: string;
  /** As JSON. */
  bytes: number;
  /** As stored. */
  packedBytes: number;
  /** Hex, of the JSON. */
  sha256: string;
  uploadedAtMs: number;
}
