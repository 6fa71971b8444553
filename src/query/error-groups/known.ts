import type { Ctx } from '../../env.ts';
import { groupsOf, type KnownGroup, mergeGroup, readGroups, type SeenGroup } from '../../errors/index.ts';
import type { ErrorStatus } from '../../wire/error-groups.ts';
import type { LogRecord } from '../../wire/record.ts';
import type { CompiledQuery } from '../compile.ts';
import { scanText } from '../scan/scan.ts';
import { Coverage } from '../walk/seq-set.ts';
import { storeAnswer } from '../walk/store-away.ts';
import { walkTails } from '../walk/tails.ts';

/** Raw bytes of errors that one answer reads from the journals: a tail is a minute, and longer only while sealing lags behind. */
const MAX_TAIL_BYTES = 64 * 1024 * 1024;
const ALL_TIME = { fromMs: -8.64e15, toMs: 8.64e15 + 1 };

/**
 * What is known of these groups: from the register, and from what is in no block yet. The tails first: what is sealed in between is then in
 * both, and merging is idempotent. `query` finds no fewer records than those of the groups.
 */
export async function knownGroups(
  ctx: Ctx,
  projectId: string,
  fingerprints: readonly string[],
  query: CompiledQuery,
): Promise<Map<string, KnownGroup>> {
  const wanted = new Set(fingerprints);
  const fresh = (await groupsInTails(ctx, projectId, query)).filter(({ fingerprint }) => wanted.has(fingerprint));
  const known = new Map<string, KnownGroup>();
  for (const group of await storeAnswer(readGroups(ctx.env.DB, projectId, fingerprints))) {
    known.set(group.fingerprint, group);
  }
  for (const group of fresh) {
    const stored = known.get(group.fingerprint);
    const status = { status: stored?.status ?? 'open', statusAtMs: stored?.statusAtMs ?? null } as const;
    known.set(group.fingerprint, { ...(stored ? mergeGroup(stored, group) : group), ...status });
  }
  return known;
}

async function groupsInTails(ctx: Ctx, projectId: string, query: CompiledQuery): Promise<SeenGroup[]> {
  const groups = new Map<string, SeenGroup>();
  let bytes = 0;
  for await (const part of walkTails(ctx, projectId, { ...ALL_TIME, stream: 'errors' }, query, new Coverage())) {
    const records: LogRecord[] = [];
    scanText(part.text, {
      ...{ ...ALL_TIME, query, matchesAll: part.matchesAll, lines: null, accepts: () => true },
      onMatch: (match) => records.push(match.record),
    });
    for (const group of groupsOf(records)) {
      const known = groups.get(group.fingerprint);
      groups.set(group.fingerprint, known ? mergeGroup(known, group) : group);
    }
    bytes += part.rawBytes;
    if (bytes > MAX_TAIL_BYTES) break;
  }
  return [...groups.values()];
}

/** By the time of its newest record: a shipper that sends late what happened before brings nothing back. */
export function statusOf({ status, statusAtMs, lastSeenMs }: KnownGroup): ErrorStatus {
  return status === 'resolved' && statusAtMs !== null && lastSeenMs > statusAtMs ? 'regressed' : status;
}
