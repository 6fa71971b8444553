import {
  type BlockHead,
  type CallMeter,
  type HeadPage,
  type HeadRequest,
  listHeads,
  type Packed,
  readFilters,
  readHolding,
  readPacked,
  readSummaries,
  type Summary,
  type TokenGroups,
} from '../../blocks/index.ts';
import type { Env } from '../../env.ts';
import { storeAnswer } from './store-away.ts';
import { cachedSummary, cacheSummary } from './summary-cache.ts';

/** What a walk reads from. Blocks that are gone are missing from the maps. */
export interface BlockSource {
  listHeads(request: HeadRequest): Promise<HeadPage>;
  summaries(heads: readonly BlockHead[]): Promise<Map<string, Summary>>;
  /** Those that may have a token of each group. */
  holding(heads: readonly BlockHead[], groups: TokenGroups): Promise<Set<string>>;
  filters(heads: readonly BlockHead[]): Promise<Map<string, Uint8Array>>;
  payloads(heads: readonly BlockHead[], meter: CallMeter): Promise<Map<string, Packed>>;
}

/** The blocks of a project in D1 and R2, with the summaries, which are small and asked for again and again, kept in the isolate. */
export function blocksOf(stores: Pick<Env, 'DB' | 'STORE'>, projectId: string): BlockSource {
  const { DB: db } = stores;
  return {
    listHeads: (request) => storeAnswer(listHeads(db, projectId, request)),
    payloads: (heads, meter) => storeAnswer(readPacked(stores, idsOf(heads), meter)),
    holding: (heads, groups) => storeAnswer(readHolding(db, idsOf(heads), groups)),
    filters: (heads) => storeAnswer(readFilters(db, idsOf(heads))),
    summaries: async (heads) => {
      const found = new Map<string, Summary>();
      const missing: BlockHead[] = [];
      for (const head of heads) {
        const summary = cachedSummary(head);
        if (summary) found.set(head.id, summary);
        else missing.push(head);
      }
      if (missing.length === 0) return found;
      const read = await storeAnswer(readSummaries(db, idsOf(missing)));
      for (const head of missing) {
        const fresh = read.get(head.id);
        if (!fresh) continue;
        cacheSummary(head, fresh.summary, fresh.chars);
        found.set(head.id, fresh.summary);
      }
      return found;
    },
  };
}

function idsOf(heads: readonly BlockHead[]): string[] {
  return heads.map(({ id }) => id);
}
