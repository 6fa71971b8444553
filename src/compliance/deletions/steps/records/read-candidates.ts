import {
  BlockUnreadable,
  inflatePacked,
  readFilters,
  readHolding,
  readPacked,
  type SequenceBlock,
} from '../../../../blocks/index.ts';
import { filterAllows, tokenGroupsOf } from '../../../../query/index.ts';
import { needOf } from '../../identity/need.ts';
import type { StepRun } from '../../run/step.ts';

/** Those that the index does not rule out. */
export async function mayName(
  { ctx, identity, budget }: StepRun,
  blocks: readonly SequenceBlock[],
): Promise<SequenceBlock[]> {
  const need = needOf(identity);
  if (need === null || blocks.length === 0) return [...blocks];
  budget.calls++;
  const ids = blocks.map(({ id }) => id);
  const groups = tokenGroupsOf(need);
  if (groups !== null) {
    const holding = await readHolding(ctx.env.DB, ids, groups);
    return blocks.filter(({ id }) => holding.has(id));
  }
  const filters = await readFilters(ctx.env.DB, ids);
  return blocks.filter(({ id }) => {
    const filter = filters.get(id);
    return !filter || filterAllows(need, filter);
  });
}

export interface BlockText {
  ndjson: string;
  rawBytes: number;
  archiveId: string | null;
}

/** What is in the blocks, wherever they lie; one that is gone is missing. Null where one of them cannot be read. */
export async function readTexts(
  { ctx, budget }: StepRun,
  blocks: readonly { id: string }[],
): Promise<Map<string, BlockText> | null> {
  try {
    const packed = await readPacked(
      ctx.env,
      blocks.map(({ id }) => id),
      budget,
    );
    const texts = new Map<string, BlockText>();
    for (const [id, payload] of packed) {
      budget.bytes += payload.rawBytes;
      const { rawBytes, archiveId } = payload;
      texts.set(id, { ndjson: inflatePacked(payload).toString('utf8'), rawBytes, archiveId });
    }
    return texts;
  } catch (cause) {
    if (cause instanceof BlockUnreadable) return null;
    throw cause;
  }
}
