import type { LogRecord } from '../wire/record.ts';
import { describeError } from './describe.ts';
import { isObject, own } from './read.ts';

/** What the register knows of a group, from some of its records. */
export interface SeenGroup {
  fingerprint: string;
  type: string;
  message: string;
  culprit: string | null;
  firstSeenMs: number;
  lastSeenMs: number;
  /** Of the oldest record. */
  firstRelease: string | null;
  lastRelease: string | null;
  /** Id of the newest record, of which type, message and culprit are. */
  sampleId: string;
}

const FINGERPRINT = /^[0-9a-f]{16}$/;
/** As long as a label's value may be in rollups. */
const MAX_RELEASE_CHARS = 256;

export function isFingerprint(text: string): boolean {
  return FINGERPRINT.test(text);
}

/** The groups of some records. Those without a fingerprint, or whose project has more groups than values of a label a day, are of none. */
export function groupsOf(records: Iterable<LogRecord>): SeenGroup[] {
  const ends = new Map<string, { oldest: LogRecord; newest: LogRecord }>();
  for (const record of records) {
    const fingerprint = labelOf(record, 'fingerprint');
    if (fingerprint === null || !isFingerprint(fingerprint)) continue;
    const known = ends.get(fingerprint);
    if (!known) {
      ends.set(fingerprint, { oldest: record, newest: record });
      continue;
    }
    if (isBefore(record, known.oldest)) known.oldest = record;
    if (isBefore(known.newest, record)) known.newest = record;
  }
  return [...ends].map(([fingerprint, { oldest, newest }]) => groupOf(fingerprint, oldest, newest));
}

/** By time, then by id: the same record is the newest whichever block it came with. */
function isBefore(a: LogRecord, b: LogRecord): boolean {
  return a.ts < b.ts || (a.ts === b.ts && a.id < b.id);
}

function groupOf(fingerprint: string, oldest: LogRecord, newest: LogRecord): SeenGroup {
  const error = describeError({ message: newest.message, type: newest.type ?? null, attrs: newest.attrs });
  return {
    fingerprint,
    type: stored(error?.type ?? newest.type ?? ''),
    message: stored(error?.message ?? newest.message),
    culprit: error?.culprit == null ? null : stored(error.culprit),
    firstSeenMs: oldest.ts,
    lastSeenMs: newest.ts,
    firstRelease: labelOf(oldest, 'release'),
    lastRelease: labelOf(newest, 'release'),
    sampleId: newest.id,
  };
}

/** SQLite ends text at a NUL. */
function stored(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

function labelOf({ attrs }: LogRecord, name: string): string | null {
  const labels = own(attrs, 'labels');
  const value = isObject(labels) ? own(labels, name) : undefined;
  return typeof value === 'string' && value !== '' && value.length <= MAX_RELEASE_CHARS ? stored(value) : null;
}

/** What two parts of the records say of one group. Idempotent, associative and commutative, as the register's own statement is. */
export function mergeGroup(a: SeenGroup, b: SeenGroup): SeenGroup {
  const isNewer = b.lastSeenMs > a.lastSeenMs || (b.lastSeenMs === a.lastSeenMs && b.sampleId > a.sampleId);
  const [newest, other] = isNewer ? [b, a] : [a, b];
  const oldest = other.firstSeenMs < newest.firstSeenMs ? other : newest;
  return { ...newest, firstSeenMs: oldest.firstSeenMs, firstRelease: oldest.firstRelease };
}
