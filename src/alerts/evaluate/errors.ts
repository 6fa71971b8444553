import type { Ctx } from '../../env.ts';
import { isFingerprint } from '../../errors/index.ts';
import { readCells } from '../../query/index.ts';
import type { AlertRule, Condition } from '../../wire/alerts.ts';
import { evaluateCounts } from './counts.ts';
import { type Evaluation, ofOneGroup, TOO_MUCH, unreadable } from './evaluation.ts';

/** Longer windows are counted by rows of whole minutes, in which a minute too much at the begin is no matter any more. */
const MAX_EXACT_SECONDS = 3_600;

/** Errors of groups in the last window. */
export async function evaluateErrors(
  ctx: Ctx,
  projectId: string,
  rule: Pick<AlertRule, 'windowSeconds'> & { condition: Extract<Condition, { kind: 'error_rate' }> },
): Promise<Evaluation> {
  const { condition, windowSeconds } = rule;
  if (windowSeconds <= MAX_EXACT_SECONDS) return evaluateCounts(ctx, projectId, rule);
  const { fingerprint } = condition;
  const read = await readCells(ctx, projectId, {
    ...{ stream: 'errors', names: fingerprint === null ? null : [fingerprint], by: null, filters: [], stepMs: null },
    ...{ fromMs: ctx.nowMs - windowSeconds * 1_000, toMs: ctx.nowMs + 1 },
  });
  if (!read.ok) return unreadable(read.error);
  const { complete, cells } = read.value;
  const problem = complete ? null : TOO_MUCH;
  // Cells that are there are whole where only rows of a project with very many groups are left out; nothing is sure of the others.
  if (fingerprint !== null) return ofOneGroup(complete ? (cells[0]?.cell.count ?? 0) : null, problem);
  const values = cells
    .filter(({ name }) => isFingerprint(name))
    .map(({ name, cell }) => ({ group: name, value: cell.count }));
  return { observed: { values: complete ? values : [], rest: complete ? 'zero' : 'unseen' }, problem };
}
