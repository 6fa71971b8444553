import type { Ctx } from '../../env.ts';
import { buildMinutes, MAX_LABELS_LISTED, type MetricInfo, readMetrics } from '../../rollups/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { readTailPoints } from '../cells/tail.ts';
import type { ReadError } from '../errors.ts';
import { readFailure } from '../search.ts';
import { storeAnswer } from '../walk/store-away.ts';

export interface MetricNames {
  items: MetricInfo[];
  /** The last name; null where none follows. */
  nextCursor: string | null;
}

/** Metrics that were ever seen, by name, also those whose first point is in no block yet. Errors: store_away. */
export async function metricNames(
  ctx: Ctx,
  projectId: string,
  { after, limit }: { after: string; limit: number },
): Promise<Result<MetricNames, ReadError>> {
  try {
    const tail = await readTailPoints(ctx, projectId, 'metrics', null);
    const stored = await storeAnswer(readMetrics(ctx.env.DB, projectId, { after, limit: limit + 1 }));
    const fresh = buildMinutes(
      tail.parts.flatMap(({ points }) => points),
      new Map(),
    ).metrics;
    const byName = new Map(stored.map((info) => [info.name, info]));
    const lastStored = stored.length > limit ? (stored.at(-1)?.name ?? null) : null;
    for (const info of fresh) {
      const isOnPage = info.name > after && (lastStored === null || info.name <= lastStored);
      if (isOnPage) byName.set(info.name, joined(byName.get(info.name), info));
    }
    const items = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = items.slice(0, limit);
    return ok({ items: page, nextCursor: items.length > limit ? (page.at(-1)?.name ?? null) : null });
  } catch (cause) {
    return err(await readFailure(ctx, cause));
  }
}

/** Idempotent, so that what is in the tail and sealed meanwhile does no harm. */
function joined(stored: MetricInfo | undefined, fresh: MetricInfo): MetricInfo {
  if (!stored) return fresh;
  const labels = [...new Set([...stored.labels, ...fresh.labels])].sort().slice(0, MAX_LABELS_LISTED);
  const newest = fresh.lastSeenAtMs >= stored.lastSeenAtMs ? fresh : stored;
  return { ...newest, labels };
}
