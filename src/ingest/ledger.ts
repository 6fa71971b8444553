import type { Ctx } from '../env.ts';
import { allShards, journalFor, type LedgerRow } from '../journal/index.ts';

export interface Ledger {
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  /** Requests that were refused whole: revoked key, malformed body, full backlog. */
  refused: number;
  bytes: number;
  keys: LedgerRow[];
  journal: {
    backlogRecords: number;
    backlogBytes: number;
    /** Of the fullest journal: each has bounds of its own. */
    largestBacklogBytes: number;
    /** Since when the database has refused blocks, Unix ms; null while it takes them. */
    sealFailingSinceMs: number | null;
    lastSealAtMs: number | null;
  };
}

/** What a project's journals have counted since they exist: `received = stored + duplicate + rejected`, per key and in total. */
export async function readLedger(ctx: Ctx, projectId: string): Promise<Ledger> {
  const statuses = await Promise.all(
    allShards(ctx.config).map((shard) => journalFor(ctx.env, projectId, shard).status()),
  );
  const keys = mergeByKey(statuses.flatMap((status) => status.ledger));
  const failing = statuses.map((status) => status.sealFailingSinceMs).filter((since) => since !== null);
  const sealed = statuses.map((status) => status.lastSealAtMs).filter((at) => at !== null);
  const sum = (pick: (row: LedgerRow) => number): number => keys.reduce((total, row) => total + pick(row), 0);
  return {
    received: sum((row) => row.received),
    stored: sum((row) => row.stored),
    duplicate: sum((row) => row.duplicate),
    rejected: sum((row) => row.rejected),
    refused: sum((row) => row.refused),
    bytes: sum((row) => row.bytes),
    keys,
    journal: {
      backlogRecords: statuses.reduce((total, status) => total + status.backlogRecords, 0),
      backlogBytes: statuses.reduce((total, status) => total + status.backlogBytes, 0),
      largestBacklogBytes: Math.max(...statuses.map((status) => status.backlogBytes)),
      sealFailingSinceMs: failing.length > 0 ? Math.min(...failing) : null,
      lastSealAtMs: sealed.length > 0 ? Math.max(...sealed) : null,
    },
  };
}

/** One row a key: each shard counts what it saw. */
function mergeByKey(rows: readonly LedgerRow[]): LedgerRow[] {
  const byKey = new Map<string, LedgerRow>();
  for (const row of rows) {
    const known = byKey.get(row.keyId);
    if (!known) {
      byKey.set(row.keyId, {
        ...row,
        rejectedByReason: { ...row.rejectedByReason },
        refusedByCode: { ...row.refusedByCode },
      });
      continue;
    }
    known.received += row.received;
    known.stored += row.stored;
    known.duplicate += row.duplicate;
    known.rejected += row.rejected;
    known.refused += row.refused;
    known.bytes += row.bytes;
    known.lastSeenAtMs = Math.max(known.lastSeenAtMs, row.lastSeenAtMs);
    addCounts(known.rejectedByReason, row.rejectedByReason);
    addCounts(known.refusedByCode, row.refusedByCode);
  }
  return [...byKey.values()];
}

function addCounts(to: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) to[name] = (to[name] ?? 0) + count;
}
