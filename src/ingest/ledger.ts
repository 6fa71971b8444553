import type { Ctx } from '../env.ts';
import { allShards, journalFor, type LedgerRow } from '../journal/index.ts';
import { type LedgerView, mergeByKey, mergeDetails } from './ledger-merge.ts';
import { ANSWERED_MINUTES, ANSWERED_SOURCES, type LedgerScope } from './ledger-scope.ts';
import { flushRefusals } from './refusals.ts';

export interface Ledger extends LedgerView {
  requests: number;
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

/**
 * What a project's journals have counted since they exist: `received = stored + duplicate + rejected`, per key and in total. With it the
 * minutes of `scope`, why records and requests were turned away in them, and who sends.
 */
export async function readLedger(ctx: Ctx, projectId: string, scope: LedgerScope): Promise<Ledger> {
  await flushRefusals();
  const { keyId, fromMs, toMs } = scope;
  const journals = allShards(ctx.config).map((shard) => journalFor(ctx.env, projectId, shard));
  const request = {
    ...{ keyId, fromMinute: fromMs / 60_000, toMinute: toMs / 60_000 },
    ...{ maxMinutes: ANSWERED_MINUTES, maxSources: ANSWERED_SOURCES },
  };
  const [statuses, details] = await Promise.all([
    Promise.all(journals.map((journal) => journal.status())),
    Promise.all(journals.map((journal) => journal.ledger(request))),
  ]);
  const keys = mergeByKey(statuses.flatMap((status) => status.ledger));
  const failing = statuses.map((status) => status.sealFailingSinceMs).filter((since) => since !== null);
  const sealed = statuses.map((status) => status.lastSealAtMs).filter((at) => at !== null);
  const sum = (pick: (row: LedgerRow) => number): number => keys.reduce((total, row) => total + pick(row), 0);
  return {
    requests: sum((row) => row.requests),
    received: sum((row) => row.received),
    stored: sum((row) => row.stored),
    duplicate: sum((row) => row.duplicate),
    rejected: sum((row) => row.rejected),
    refused: sum((row) => row.refused),
    bytes: sum((row) => row.bytes),
    keys,
    ...mergeDetails(details, scope),
    journal: {
      backlogRecords: statuses.reduce((total, status) => total + status.backlogRecords, 0),
      backlogBytes: statuses.reduce((total, status) => total + status.backlogBytes, 0),
      largestBacklogBytes: Math.max(...statuses.map((status) => status.backlogBytes)),
      sealFailingSinceMs: failing.length > 0 ? Math.min(...failing) : null,
      lastSealAtMs: sealed.length > 0 ? Math.max(...sealed) : null,
    },
  };
}
