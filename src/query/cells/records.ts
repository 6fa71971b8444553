import type { Ctx } from '../../env.ts';
import { addPoint, type MetricPoint, OTHER, pointsIn } from '../../rollups/index.ts';
import type { Result } from '../../shared/result.ts';
import { aggregate, type Counter } from '../aggregate.ts';
import { type CompiledQuery, compileQuery } from '../compile.ts';
import type { ReadError } from '../errors.ts';
import type { LineMatch } from '../scan/scan.ts';
import { planBuckets } from './plan.ts';
import type { CellAnswer, CellQuestion, LabelFilter } from './question.ts';
import { Sums } from './sums.ts';

/** Different values of `by` that are told apart; the rest counts as one. */
const MAX_VALUES = 1_000;

/** From the records one by one, newest first, as far as the budget of a search goes. Errors: store_away. */
export async function cellsOfRecords(
  ctx: Ctx,
  projectId: string,
  question: CellQuestion,
): Promise<Result<CellAnswer, ReadError>> {
  const { stream, fromMs, toMs, filters } = question;
  const counter = new PointCounter(question, ctx.nowMs);
  const scope = { projectId, stream, fromMs, toMs, query: queryOf(filters) };
  const counted = await aggregate(ctx, scope, counter);
  if (!counted.ok) return counted;
  const { complete, countedFromMs } = counted.value;
  return {
    ok: true,
    value: {
      ...{ fromMs, toMs, stepMs: counter.stepMs ?? toMs - fromMs, source: 'records', resolutionMs: null },
      ...{ complete, countedFromMs, info: null, cells: counter.sums.all() },
    },
  };
}

/** Finds what has these values, and a little more: case is not told apart. What is counted is looked at once more. */
function queryOf(filters: readonly LabelFilter[]): CompiledQuery {
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const compiled = compileQuery(
    filters.map(({ label, value }) => (label === 'service' ? '' : `attrs.labels.${label}:${quoted(value)}`)).join(' '),
  );
  if (!compiled.ok) throw new Error(`no search for a label: ${compiled.error.reason}`);
  return compiled.value;
}

class PointCounter implements Counter {
  readonly needSummaries = false;
  readonly sums = new Sums();
  readonly stepMs: number | null;
  readonly #question: CellQuestion;
  readonly #values = new Set<string>();

  constructor(question: CellQuestion, nowMs: number) {
    this.#question = question;
    const { stepMs, fromMs, toMs } = question;
    this.stepMs = stepMs === 'auto' ? planBuckets({ fromMs, toMs, stepMs: null }, nowMs).stepMs : stepMs;
  }

  canCount(): boolean {
    return false;
  }

  count(): void {
    throw new Error('no summary knows the points of records');
  }

  add({ record }: LineMatch): void {
    const { stream, names, filters } = this.#question;
    for (const point of pointsIn(stream, record)) {
      if (names !== null && !names.includes(point.name)) continue;
      if (filters.every(({ label, value }) => point.labels.get(label) === value)) this.#add(point);
    }
  }

  #add(point: MetricPoint): void {
    const { by, fromMs } = this.#question;
    const value = by === null ? '' : point.labels.get(by);
    if (value === undefined) return;
    const ts = this.stepMs === null ? fromMs : Math.floor(point.ts / this.stepMs) * this.stepMs;
    addPoint(this.sums.at(point.name, this.#known(value), ts), point);
  }

  #known(value: string): string {
    if (this.#values.has(value)) return value;
    if (this.#values.size >= MAX_VALUES) return OTHER;
    this.#values.add(value);
    return value;
  }
}
