import {
  BlockUnreadable,
  inflatePacked,
  type Packed,
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

/** As they are stored, so that memory holds the text of one at a time; one that is gone is missing. Null where one of them cannot be read. */
export async function readCandidates(
  { ctx, budget }: StepRun,
  blocks: readonly { id: string }[],
): Promise<Map<string, Packed> | null> {
  try {
    return await readPacked(
      ctx.env,
      blocks.map(({ id }) => id),
      budget,
    );
  } catch (cause) {
    if (cause instanceof BlockUnreadable) return null;
    throw cause;
  }
}

/** Null where the bytes are not what the index row says. */
export function openCandidate({ budget }: StepRun, packed: Packed): string | null {
  budget.bytes += packed.rawBytes;
  try {
    return inflatePacked(packed).toString('utf8');
  } catch (cause) {
    if (cause instanceof BlockUnreadable) return null;
    throw cause;
  }
}
