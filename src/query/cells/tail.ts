import type { Ctx } from '../../env.ts';
import { allShards, journalFor, type TailPage } from '../../journal/index.ts';
import { type MetricPoint, pointsOf, type RollupStream } from '../../rollups/index.ts';
import { storeAnswer } from '../walk/store-away.ts';
import { partBytes } from '../walk/tails.ts';

const PAGE_BYTES = 4 * 1024 * 1024;
/** Raw bytes of a stream that one answer reads from the journals: a tail is a minute, and longer only while sealing lags behind. */
const MAX_TAIL_BYTES = 32 * 1024 * 1024;

/** Points of one part of a journal. */
export interface TailPart {
  shard: number;
  firstSeq: number;
  points: MetricPoint[];
}

/**
 * The points that are in no block yet, and perhaps some that are: what is sealed in between is in the rollups too, and the caller leaves it
 * out here. To be read before the rollups. Not cut by time, because a cumulative series counts by the point before. `names` null is all.
 */
export async function readTailPoints(
  ctx: Ctx,
  projectId: string,
  stream: RollupStream,
  names: readonly string[] | null,
): Promise<{ parts: TailPart[]; complete: boolean }> {
  const parts: TailPart[] = [];
  let bytes = 0;
  for (const shard of allShards(ctx.config)) {
    let after: { stream: RollupStream; firstSeq: number } | null = null;
    for (;;) {
      const page: TailPage = await storeAnswer(
        Promise.resolve(
          journalFor(ctx.env, projectId, shard).readTail({
            stream,
            fromMs: -8.64e15,
            toMs: 8.64e15,
            after,
            maxBytes: PAGE_BYTES,
          }),
        ),
      );
      for (const part of page.parts) {
        bytes += part.rawBytes;
        if (bytes > MAX_TAIL_BYTES) return { parts, complete: false };
        const points = pointsOf(stream, partBytes(part).toString('utf8'), names);
        parts.push({ shard, firstSeq: part.firstSeq, points });
      }
      const last = page.parts.at(-1);
      if (!page.more || !last) break;
      after = { stream, firstSeq: last.firstSeq };
    }
  }
  return { parts, complete: true };
}

/** Points that no rollup knows: those of parts behind what is sealed. A part is sealed whole or not at all. */
export function unsealedPoints(parts: readonly TailPart[], sealed: ReadonlyMap<number, number>): MetricPoint[] {
  return parts.filter(({ shard, firstSeq }) => firstSeq > (sealed.get(shard) ?? 0)).flatMap(({ points }) => points);
}
