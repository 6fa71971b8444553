import type { Ctx } from '../../env.ts';
import { type CellAnswer, readCells } from '../../query/index.ts';
import { type Cell, FAILED, percentile, SUCCEEDED } from '../../rollups/index.ts';
import type { AlertRule, Condition } from '../../wire/alerts.ts';
import { type Evaluation, TOO_MUCH, unreadable } from './evaluation.ts';

export type MeasureCondition = Extract<Condition, { kind: 'measure' }>;

const QUANTILES = { p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

/** A statistic of the last window, from rows of whole minutes: up to one minute more than the window at its begin. */
export async function evaluateMeasure(
  ctx: Ctx,
  projectId: string,
  { condition, windowSeconds }: Pick<AlertRule, 'windowSeconds'> & { condition: MeasureCondition },
): Promise<Evaluation> {
  const read = await readCells(ctx, projectId, {
    ...measureQuestion(condition),
    ...{ fromMs: ctx.nowMs - windowSeconds * 1_000, toMs: ctx.nowMs + 1, stepMs: null },
  });
  if (!read.ok) return unreadable(read.error);
  const { cells, complete } = read.value;
  if (!complete) return { observed: null, problem: TOO_MUCH };
  const known = cells.flatMap(({ value: group, cell }) => {
    const value = measureOf(condition, cell);
    return value === null ? [] : [{ group, value }];
  });
  const silent = valueOfSilence(condition);
  // A group is there with its value, or it is not there; the only one of a rule is there with nothing too.
  const values =
    condition.by === null && known.length === 0 && silent !== null ? [{ group: '', value: silent }] : known;
  const problem = values.length > 0 || silent !== null ? null : missing(condition, read.value);
  return { observed: { values, rest: silent === null ? 'gone' : 'zero' }, problem };
}

/** What is read for a measure, of any range. */
export function measureQuestion({ source, name, labels, by }: MeasureCondition) {
  const filters = Object.entries(labels).map(([label, value]) => ({ label, value }));
  return { stream: source, names: [name], by, filters };
}

/** Null where the cell does not know, or has too few events to say it. */
export function measureOf({ stat, leastCount }: MeasureCondition, cell: Cell): number | null {
  if (cell.count < leastCount) return null;
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  switch (stat) {
    case 'count':
      return cell.count;
    case 'sum':
      return cell.sum;
    case 'min':
      return finite(cell.min);
    case 'max':
      return finite(cell.max);
    case 'avg': {
      // Of those whose value is known, where there are others.
      const known = cell.sketch?.count ?? cell.count;
      return known > 0 ? finite(cell.sum / known) : null;
    }
    case 'failure_rate': {
      const [succeeded, failed] = [SUCCEEDED, FAILED].map((index) => cell.tally?.[index] ?? 0) as [number, number];
      return succeeded + failed > 0 ? failed / (succeeded + failed) : null;
    }
    default:
      return percentile(cell, QUANTILES[stat]);
  }
}

/** What nothing in a window comes to: counts and sums of it are zero, unless a rule asks for a least number of events; of the rest nothing is known. */
export function valueOfSilence({ stat, leastCount }: MeasureCondition): number | null {
  return (stat === 'count' || stat === 'sum') && leastCount === 0 ? 0 : null;
}

function missing({ source, name, by, labels, leastCount }: MeasureCondition, { cells, info }: CellAnswer): string {
  if (source === 'metrics' && info === null && cells.length === 0) return `No metric named ${name} was ever seen.`;
  const wanted = [...(by === null ? [] : [by]), ...Object.keys(labels)];
  const unknown = source === 'metrics' ? wanted.find((label) => info && !info.labels.includes(label)) : undefined;
  if (unknown !== undefined) return `No point of ${name} was ever seen with the label ${unknown}.`;
  if (cells.length === 0) return `Nothing of ${name} came in within the window.`;
  const most = Math.max(...cells.map(({ cell }) => cell.count));
  return most < leastCount
    ? `Within the window there are ${most} events, fewer than the ${leastCount} that the rule asks for.`
    : `What came in of ${name} within the window does not say it.`;
}
