import {
  type BlockHead,
  type CallMeter,
  type HeadPage,
  type HeadRequest,
  listHeads,
  type Packed,
  readFilters,
  readPacked,
  readSummaries,
  type Summary,
} from '../../blocks/index.ts';
import type { Env } from '../../env.ts';
import { cachedFilter, cachedSummary, cacheFilter, cacheSummary } from './block-cache.ts';
import { storeAnswer } from './store-away.ts';

/** What a walk reads from. Blocks that are gone are missing from the maps. */
export interface BlockSource {
  listHeads(request: HeadRequest): Promise<HeadPage>;
  summaries(heads: readonly BlockHead[]): Promise<Map<string, Summary>>;
  filters(heads: readonly BlockHead[]): Promise<Map<string, Uint8Array>>;
  payloads(heads: readonly BlockHead[], meter: CallMeter): Promise<Map<string, Packed>>;
}

/** The blocks of a project in D1 and R2, with what never changes kept in the isolate. */
export function blocksOf(stores: Pick<Env, 'DB' | 'STORE'>, projectId: string): BlockSource {
  const { DB: db } = stores;
  return {
    listHeads: (request) => storeAnswer(listHeads(db, projectId, request)),
    payloads: (heads, meter) => storeAnswer(readPacked(stores, idsOf(heads), meter)),
    filters: (heads) =>
      withCache(heads, cachedFilter, async (missing, keep) => {
        const read = await storeAnswer(readFilters(db, idsOf(missing)));
        for (const head of missing) {
          const filter = read.get(head.id);
          if (!filter) continue;
          cacheFilter(head, filter);
          keep(head, filter);
        }
      }),
    summaries: (heads) =>
      withCache(heads, cachedSummary, async (missing, keep) => {
        const read = await storeAnswer(readSummaries(db, idsOf(missing)));
        for (const head of missing) {
          const fresh = read.get(head.id);
          if (!fresh) continue;
          cacheSummary(head, fresh.summary, fresh.chars);
          keep(head, fresh.summary);
        }
      }),
  };
}

async function withCache<T>(
  heads: readonly BlockHead[],
  cached: (head: BlockHead) => T | undefined,
  read: (missing: readonly BlockHead[], keep: (head: BlockHead, value: T) => void) => Promise<void>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  const missing: BlockHead[] = [];
  for (const head of heads) {
    const value = cached(head);
    if (value === undefined) missing.push(head);
    else found.set(head.id, value);
  }
  if (missing.length > 0) await read(missing, (head, value) => found.set(head.id, value));
  return found;
}

function idsOf(heads: readonly BlockHead[]): string[] {
  return heads.map(({ id }) => id);
}
