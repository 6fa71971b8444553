import type {
  LedgerCause,
  LedgerCounts,
  LedgerDetail,
  LedgerMinute,
  LedgerRow,
  LedgerSource,
} from '../journal/index.ts';
import { ANSWERED_MINUTES, ANSWERED_SOURCES, type LedgerScope } from './ledger-scope.ts';

/** What the ledger route says about a range, beside its totals. */
export interface LedgerView {
  fromMs: number;
  toMs: number;
  /** `minutes` are whole from here on: earlier ones are folded into the totals, or were too many for one answer. */
  detailFromMs: number;
  /** By time, then by key; a minute of a key in which nothing came has none. */
  minutes: LedgerMinute[];
  reasons: { keyId: string; reason: string; records: number; lastMinute: number }[];
  refusals: { keyId: string; code: string; requests: number; lastMinute: number }[];
  /** The latest seen first. */
  sources: LedgerSource[];
  /** There are more sources than one answer holds. */
  moreSources: boolean;
}

/** One row a key: each shard counts what it saw. */
export function mergeByKey(rows: readonly LedgerRow[]): LedgerRow[] {
  return merged(
    rows.map((row) => ({
      ...row,
      rejectedByReason: { ...row.rejectedByReason },
      refusedByCode: { ...row.refusedByCode },
    })),
    (row) => row.keyId,
    (known, row) => {
      addAll(known, row);
      known.lastSeenAtMs = Math.max(known.lastSeenAtMs, row.lastSeenAtMs);
      known.lastRecordAtMs = Math.max(known.lastRecordAtMs, row.lastRecordAtMs);
      addCounts(known.rejectedByReason, row.rejectedByReason);
      addCounts(known.refusedByCode, row.refusedByCode);
    },
  );
}

export function mergeDetails(details: readonly LedgerDetail[], scope: LedgerScope): LedgerView {
  const minutes = merged(
    details.flatMap((detail) => detail.minutes.map((row) => ({ ...row }))),
    (row) => `${row.minute} ${row.keyId}`,
    addAll,
  ).sort((a, b) => b.minute - a.minute || (a.keyId < b.keyId ? -1 : 1));
  const sources = merged(
    details.flatMap((detail) => detail.sources.map((row) => ({ ...row }))),
    (row) => JSON.stringify([row.keyId, row.protocol, row.userAgent]),
    (known, row) => {
      known.requests += row.requests;
      known.records += row.records;
      known.bytes += row.bytes;
      known.firstSeenAtMs = Math.min(known.firstSeenAtMs, row.firstSeenAtMs);
      known.lastSeenAtMs = Math.max(known.lastSeenAtMs, row.lastSeenAtMs);
      known.lastRecordAtMs = Math.max(known.lastRecordAtMs, row.lastRecordAtMs);
    },
  ).sort((a, b) => b.lastSeenAtMs - a.lastSeenAtMs);
  const causes = merged(
    details.flatMap((detail) => detail.causes.map((row) => ({ ...row }))),
    (row) => JSON.stringify([row.keyId, row.kind, row.cause]),
    (known, row) => {
      known.total += row.total;
      known.lastMinute = Math.max(known.lastMinute, row.lastMinute);
    },
  ).sort((a, b) => b.total - a.total);
  const wholeFromMs = wholeFrom(details, minutes);
  return {
    fromMs: scope.fromMs,
    toMs: scope.toMs,
    detailFromMs: Math.min(
      scope.toMs,
      Math.max(scope.fromMs, wholeFromMs, ...details.map((detail) => detail.foldedBeforeMs)),
    ),
    minutes: minutes.filter(({ minute }) => minute >= wholeFromMs).reverse(),
    reasons: causesOf(causes, 'rejected').map(({ cause: reason, total: records, ...cause }) => ({
      ...cause,
      reason,
      records,
    })),
    refusals: causesOf(causes, 'refused').map(({ cause: code, total: requests, ...cause }) => ({
      ...cause,
      code,
      requests,
    })),
    sources: sources.slice(0, ANSWERED_SOURCES),
    moreSources: sources.length > ANSWERED_SOURCES,
  };
}

/** A journal that was cut, or a sum that is, lacks rows of its last minute: the one after it is the first that has all. */
function wholeFrom(details: readonly LedgerDetail[], newestFirst: readonly LedgerMinute[]): number {
  const cuts = [...details.map((detail) => detail.minutes), newestFirst]
    .map((minutes) => minutes[ANSWERED_MINUTES]?.minute)
    .filter((minute) => minute !== undefined);
  return cuts.length === 0 ? 0 : Math.max(...cuts) + 60_000;
}

function causesOf(causes: readonly LedgerCause[], kind: LedgerCause['kind']): Omit<LedgerCause, 'kind'>[] {
  return causes.filter((cause) => cause.kind === kind).map(({ kind: _, ...cause }) => cause);
}

/** Rows of one identity become the first of them, which `add` changes. */
function merged<Row>(rows: readonly Row[], identity: (row: Row) => string, add: (to: Row, row: Row) => void): Row[] {
  const known = new Map<string, Row>();
  for (const row of rows) {
    const id = identity(row);
    const first = known.get(id);
    if (first === undefined) known.set(id, row);
    else add(first, row);
  }
  return [...known.values()];
}

function addAll(to: LedgerCounts, counts: LedgerCounts): void {
  to.requests += counts.requests;
  to.received += counts.received;
  to.stored += counts.stored;
  to.duplicate += counts.duplicate;
  to.rejected += counts.rejected;
  to.refused += counts.refused;
  to.bytes += counts.bytes;
}

function addCounts(to: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) to[name] = (to[name] ?? 0) + count;
}
