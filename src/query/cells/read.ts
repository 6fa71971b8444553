import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { ReadError } from '../errors.ts';
import { readFailure } from '../search.ts';
import type { CellAnswer, CellQuestion } from './question.ts';
import { cellsOfRecords } from './records.ts';
import { cellsOfRollups, labelOf } from './rollups.ts';

/**
 * Sums of a stream over a range: from rollups, at a cost that does not grow with traffic, and from the records themselves where rollups lack the
 * combination of labels (points of cumulative metrics excepted, which only rollups can add up: the caller refuses those). Sees what was
 * acknowledged before. Errors: store_away.
 */
export async function readCells(
  ctx: Ctx,
  projectId: string,
  question: CellQuestion,
): Promise<Result<CellAnswer, ReadError>> {
  const label = labelOf(question);
  if (label !== undefined) {
    try {
      const answer = await cellsOfRollups(ctx, projectId, question, label);
      if (answer) return ok(answer);
    } catch (cause) {
      return err(await readFailure(ctx, cause));
    }
  }
  return cellsOfRecords(ctx, projectId, question);
}
