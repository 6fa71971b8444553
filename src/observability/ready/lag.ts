import { archiveLag } from '../../archive/index.ts';
import type { Ctx } from '../../env.ts';
import { allShards, journalFor } from '../../journal/index.ts';
import { sampleProjects } from '../../projects/index.ts';
import { log } from '../../shared/log.ts';
import { inTime } from '../../shared/within.ts';
import { unsealedAgeMs } from '../../trail/index.ts';
import type { Lag } from '../../wire/health.ts';

/** As of a check (readiness.ts): whoever asks waits for both together. */
const LAG_TIMEOUT_MS = 2_000;
/** Of journals that are asked: the route is public, and each is a call. */
const MAX_JOURNALS = 20;

/** Never throws; each figure has its own time limit. */
export async function readLag(ctx: Ctx): Promise<Lag> {
  const [sealMs, archive, auditMs] = await Promise.all([
    orNull(ctx, 'seal', sealLagMs(ctx)),
    orNull(ctx, 'archive', archiveLag(ctx)),
    orNull(ctx, 'audit', unsealedAgeMs(ctx)),
  ]);
  return { sealMs, archiveMs: archive?.lagMs ?? null, archiveDueBlocks: archive?.due ?? null, auditMs };
}

async function sealLagMs(ctx: Ctx): Promise<number> {
  const shards = allShards(ctx.config);
  const projects = await sampleProjects(ctx.env.DB, Math.max(1, Math.floor(MAX_JOURNALS / shards.length)));
  const journals = projects
    .flatMap((id) => shards.map((shard) => journalFor(ctx.env, id, shard)))
    .slice(0, MAX_JOURNALS);
  const statuses = await Promise.all(journals.map((journal) => journal.status()));
  return Math.max(0, ...statuses.map(({ oldestUnsealedAtMs: atMs }) => (atMs === null ? 0 : ctx.nowMs - atMs)));
}

async function orNull<T>({ requestId }: Ctx, what: string, figure: Promise<T>): Promise<T | null> {
  try {
    return await inTime(LAG_TIMEOUT_MS, what, figure);
  } catch (cause) {
    log('error', 'lag_unknown', { requestId, what, cause: String(cause) });
    return null;
  }
}
