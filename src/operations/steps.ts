import type { CellAnswer, ReadError, SummedCell } from '../query/index.ts';
import { ok, type Result } from '../shared/result.ts';
import type { OperationCoverage } from '../wire/operations.ts';
import { coverageOf, type Span } from './select.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Rows of one width that one question may be about where they are told apart by a label (query/cells/plan.ts): more would be answered in wider steps. */
const MAX_ROWS = 1_440;

export interface Stepped extends OperationCoverage {
  cells: SummedCell[];
}

/** Buckets of exactly this width over a range of whole ones, however long it is: asked for in parts. */
export async function inSteps(
  { fromMs, toMs, stepMs }: Span & { stepMs: number },
  read: (span: Span) => Promise<Result<CellAnswer, ReadError>>,
): Promise<Result<Stepped, ReadError>> {
  const rowMs = [DAY_MS, HOUR_MS, MINUTE_MS].find((ms) => stepMs % ms === 0) ?? MINUTE_MS;
  const partMs = Math.floor((MAX_ROWS * rowMs) / stepMs) * stepMs;
  const answers: CellAnswer[] = [];
  for (let startMs = fromMs; startMs < toMs; startMs += partMs) {
    const part = await read({ fromMs: startMs, toMs: Math.min(startMs + partMs, toMs), stepMs });
    if (!part.ok) return part;
    answers.push(part.value);
  }
  const incomplete = answers.filter(({ complete }) => !complete);
  return ok({
    ...coverageOf(answers),
    countedFromMs: incomplete.length > 0 ? coverageOf(incomplete).countedFromMs : fromMs,
    cells: answers.flatMap(({ cells }) => cells),
  });
}
