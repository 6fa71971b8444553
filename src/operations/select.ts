import type { Ctx } from '../env.ts';
import { type CellAnswer, type LabelFilter, type ReadError, readCells, type SummedCell } from '../query/index.ts';
import { OTHER } from '../rollups/index.ts';
import { ok, type Result } from '../shared/result.ts';
import { callOf, type OperationCoverage, type OperationScope, partsOf } from '../wire/operations.ts';
import { namesOf } from './numbers.ts';

/** Which operations of a scope; null is all. */
export interface Selection {
  scope: OperationScope;
  gateway: string | null;
  operation: string | null;
}

export interface Span {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** Null is one bucket. */
  stepMs: number | null;
}

/** What the cells are told apart by. */
export type Split = 'gateway' | 'operation' | 'call';

/** Rollups hold one label at a time: a gateway and an operation together are one call. */
export function filtersOf({ gateway, operation }: Selection): LabelFilter[] {
  if (gateway !== null && operation !== null) return [{ label: 'call', value: callOf(gateway, operation) }];
  if (gateway !== null) return [{ label: 'gateway', value: gateway }];
  return operation === null ? [] : [{ label: 'operation', value: operation }];
}

/** All of the selection as one. Errors: store_away. */
export function readTotal(
  ctx: Ctx,
  projectId: string,
  selection: Selection,
  span: Span,
): Promise<Result<CellAnswer, ReadError>> {
  const names = namesOf(selection.scope);
  return readCells(ctx, projectId, {
    ...{ stream: 'operations', names, ...span, by: null, filters: filtersOf(selection) },
  });
}

/** Why operations of the selection failed: from the records where it is narrowed, because no row knows gateway and reason together. Errors: store_away. */
export function readReasons(
  ctx: Ctx,
  projectId: string,
  selection: Selection,
  span: Span,
): Promise<Result<CellAnswer, ReadError>> {
  const filters = filtersOf(selection);
  return readCells(ctx, projectId, {
    ...{ stream: 'operations', names: [selection.scope], ...span, by: 'reason', filters },
  });
}

/**
 * The selection by gateway, operation or call. Where it is narrowed by the other of the two, calls tell: each is taken apart. Only where there are so
 * many that rare ones were folded, the records themselves are read. Errors: store_away.
 */
export async function readSplit(
  ctx: Ctx,
  projectId: string,
  selection: Selection,
  span: Span,
  by: Split,
): Promise<Result<CellAnswer, ReadError>> {
  const question = { stream: 'operations', names: namesOf(selection.scope), ...span } as const;
  const filters = filtersOf(selection);
  const isOne = filters.every(({ label }) => label === by);
  if (isOne) return readCells(ctx, projectId, { ...question, by, filters });
  const isCall = selection.gateway !== null && selection.operation !== null;
  let calls = await readCells(ctx, projectId, { ...question, by: 'call', filters: isCall ? filters : [] });
  if (calls.ok && calls.value.cells.some(({ value }) => value === OTHER)) {
    calls = await readCells(ctx, projectId, { ...question, by: 'call', filters });
  }
  if (!calls.ok) return calls;
  return ok({ ...calls.value, cells: calls.value.cells.flatMap((cell) => ofSelection(cell, selection, by)) });
}

function ofSelection(summed: SummedCell, { gateway, operation }: Selection, by: Split): SummedCell[] {
  if (summed.value === OTHER) return [summed];
  const parts = partsOf(summed.value);
  if ((gateway !== null && parts.gateway !== gateway) || (operation !== null && parts.operation !== operation)) {
    return [];
  }
  const value = by === 'call' ? summed.value : parts[by];
  return value === null ? [] : [{ ...summed, value }];
}

/** Of several answers: the worst of each. */
export function coverageOf(answers: readonly CellAnswer[]): OperationCoverage {
  return {
    source: answers.some(({ source }) => source === 'records') ? 'records' : 'rollups',
    complete: answers.every(({ complete }) => complete),
    countedFromMs: Math.max(...answers.map(({ countedFromMs }) => countedFromMs)),
  };
}
