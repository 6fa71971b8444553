import {
  addLineTokens,
  type BlockIndex,
  gunzip,
  indexAgain,
  type KnownBlock,
  listByIds,
  MAX_BLOCK_RAW_BYTES,
  type Member,
  mayContain,
  readFilters,
  type SealedBlock,
  splitMembers,
  TokenSet,
} from '../../blocks/index.ts';
import { sha256Hex } from '../../shared/hash.ts';

/** Which blocks an object holds, in its order, and what of them is not what the index rows say. */
export interface Matched {
  before: KnownBlock[];
  after: Member[];
  rewritten: SealedBlock[];
}

interface Part {
  bytes: Uint8Array;
  sha256: string;
}

/**
 * Whether an object holds just these blocks in their order, each as it is known or with records erased. Null where one of them is another: an erased one must have as many
 * lines, lie in the time of the block, and have no word that the block's filter does not know.
 */
export async function matchInOrder(
  db: D1Database,
  object: Uint8Array,
  blocks: readonly KnownBlock[],
): Promise<Matched | null> {
  const parts = partsOf(object);
  if (parts.length !== blocks.length) return null;
  return compare(db, parts, blocks);
}

/** Which of these blocks an object holds, as they are known: all of its members, or null. */
export function matchByHash(object: Uint8Array, blocks: readonly KnownBlock[]): Matched | null {
  const byHash = new Map(blocks.map((block) => [block.sha256, block]));
  const before: KnownBlock[] = [];
  for (const { sha256 } of partsOf(object)) {
    const block = byHash.get(sha256);
    if (!block || before.includes(block)) return null;
    before.push(block);
  }
  return { before, after: before.map(({ id, sha256, packedBytes }) => ({ id, sha256, packedBytes })), rewritten: [] };
}

function partsOf(object: Uint8Array): Part[] {
  return splitMembers(object).map((bytes) => ({ bytes, sha256: sha256Hex(bytes) }));
}

async function compare(db: D1Database, parts: readonly Part[], blocks: readonly KnownBlock[]): Promise<Matched | null> {
  const changed = blocks.filter(({ sha256 }, i) => sha256 !== parts[i]?.sha256).map(({ id }) => id);
  const [filters, indexes] = await Promise.all([readFilters(db, changed), listByIds(db, changed)]);
  const byId = new Map(indexes.map(({ archiveId: _, ...index }) => [index.id, index]));
  const matched: Matched = { before: [...blocks], after: [], rewritten: [] };
  for (const [i, block] of blocks.entries()) {
    const part = parts[i] as Part;
    if (part.sha256 !== block.sha256) {
      const index = byId.get(block.id);
      const rewritten = index ? erasedOf(block, index, part.bytes, filters.get(block.id)) : null;
      if (rewritten === null) return null;
      matched.rewritten.push(rewritten);
    }
    matched.after.push({ id: block.id, sha256: part.sha256, packedBytes: part.bytes.byteLength });
  }
  return matched;
}

/** The block as it is in the object; null where that cannot be the block with records erased. */
function erasedOf(
  block: KnownBlock,
  index: BlockIndex,
  bytes: Uint8Array,
  filter: Uint8Array | undefined,
): SealedBlock | null {
  let ndjson: string;
  try {
    ndjson = gunzip(bytes, MAX_BLOCK_RAW_BYTES).toString('utf8');
  } catch {
    return null;
  }
  if (ndjson.split('\n').length - 1 !== block.lines) return null;
  if (filter && !knowsAll(filter, ndjson)) return null;
  const found = indexAgain(index, ndjson, bytes);
  const { records, minTs, maxTs } = found.index.summary;
  const isWithin = records < index.summary.records && minTs >= block.minTs && maxTs <= block.maxTs;
  return isWithin ? found : null;
}

function knowsAll(filter: Uint8Array, ndjson: string): boolean {
  const tokens = new TokenSet();
  addLineTokens(tokens, ndjson);
  for (const token of tokens) if (!mayContain(filter, token)) return false;
  return true;
}
