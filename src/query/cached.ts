import type { Ctx } from '../env.ts';
import { sha256Hex } from '../shared/hash.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { Stream } from '../wire/record.ts';
import { giveBackCacheCounts, noteCacheUse, takeCacheCounts } from './cache-counts.ts';
import { type CachedRow, deleteExpired, findCached, storeCached } from './cache-store.ts';
import type { ReadError } from './errors.ts';
import { readFailure } from './search.ts';
import { readHeads } from './walk/tails.ts';

/** Production D1 refuses rows over 2,000,000 bytes. */
const MAX_BODY_CHARS = 600_000;
/** Deletes of one cron run; the next one goes on. */
const MAX_DELETES = 50;

export interface CachedAnswer {
  /** JSON. */
  body: string;
  hit: boolean;
}

export interface CachedQuestion {
  /** What is asked; part of the key, and what hits and misses are counted by. */
  operation: string;
  /** What else makes two questions the same; the project is in the key already. */
  parameters: unknown;
  ttlMs: number;
  /** Only what came in on it makes another question; null is any. `none`: kept for its time whatever comes in, for what is dear and changes slowly. */
  stream: Stream | 'none' | null;
  /** Computes anew, whatever is known, and keeps the answer. */
  refresh?: boolean;
  compute: () => Promise<Result<unknown, ReadError>>;
}

/**
 * The answer to a question that was asked a moment ago, or a fresh one. Whatever was accepted since makes it another question, because the heads of
 * the journals are part of the key. Errors: those of `compute`, store_away.
 */
export async function cachedAnswer(
  ctx: Ctx,
  projectId: string,
  { operation, parameters, ttlMs, stream, refresh = false, compute }: CachedQuestion,
): Promise<Result<CachedAnswer, ReadError>> {
  let heads: string;
  try {
    heads = stream === 'none' ? '' : await readHeads(ctx, projectId, stream);
  } catch (cause) {
    return err(await readFailure(ctx, cause));
  }
  const key = `project:${projectId}:${operation}:${sha256Hex(JSON.stringify([parameters, heads]))}`;
  const known = refresh ? null : await unlessAway(ctx, findCached(ctx.env.DB, key, ctx.nowMs));
  const isTimeToCount = noteCacheUse(projectId, operation, known !== null);
  if (known !== null) {
    if (isTimeToCount) await keep(ctx, null);
    return ok({ body: known, hit: true });
  }
  const fresh = await compute();
  if (!fresh.ok) return fresh;
  const body = JSON.stringify(fresh.value);
  await keep(ctx, body.length <= MAX_BODY_CHARS ? { key, body, expiresAtMs: ctx.nowMs + ttlMs } : null);
  return ok({ body, hit: false });
}

async function keep(ctx: Ctx, row: CachedRow | null): Promise<void> {
  const counts = takeCacheCounts();
  const stored = await unlessAway(
    ctx,
    storeCached(ctx.env.DB, row, counts).then(() => true),
  );
  if (stored === null) giveBackCacheCounts(counts);
}

/** A cache that does not answer, or a database that takes no writes, costs time and not the answer. */
async function unlessAway<T>(ctx: Ctx, use: Promise<T>): Promise<T | null> {
  try {
    return await use;
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'query_cache_away', { requestId, cause: String(cause) });
    return null;
  }
}

/** The cron job: forgets answers past their time. */
export async function cleanQueryCache(ctx: Ctx): Promise<{ deleted: number }> {
  let deleted = 0;
  for (let round = 0; round < MAX_DELETES; round++) {
    const count = await deleteExpired(ctx.env.DB, ctx.nowMs);
    deleted += count;
    if (count === 0) break;
  }
  return { deleted };
}
