import type { Ctx } from '../../env.ts';
import { OTHER } from '../../rollups/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { VitalsPages } from '../../wire/vitals.ts';
import { readCells } from '../cells/read.ts';
import type { ReadError } from '../errors.ts';
import { cellAt, scopeOf, vitalNumbers } from './numbers.ts';
import { placeOf, type VitalsPagesRequest } from './parameters.ts';

type PageNumbers = VitalsPages['items'][number];

/** Pages by what visitors met there, the slowest first unless asked otherwise. Errors: store_away. */
export async function vitalsPages(
  ctx: Ctx,
  projectId: string,
  { name, also, sort, minCount, limit, offset, fromMs, toMs, filters }: VitalsPagesRequest,
): Promise<Result<VitalsPages, ReadError>> {
  const read = await readCells(ctx, projectId, {
    ...{ stream: 'vitals', names: [name, ...also], fromMs, toMs, stepMs: null, by: 'page', filters },
  });
  if (!read.ok) return read;
  const pages = read.value.cells
    .filter((cell) => cell.name === name && cell.cell.count >= minCount)
    .map(({ value, cell }): PageNumbers => ({ page: value, ...vitalNumbers(name, cell), others: {} }))
    .sort(
      (a, b) =>
        rankOf(a) - rankOf(b) ||
        weightOf(b, sort) - weightOf(a, sort) ||
        b.count - a.count ||
        (a.page < b.page ? -1 : 1),
    );
  const items = pages.slice(offset, offset + limit);
  for (const item of items) {
    for (const other of also) {
      const cell = cellAt(read.value, other, item.page);
      if (cell) item.others[other] = vitalNumbers(other, cell);
    }
  }
  const next = offset + items.length;
  return ok({
    ...scopeOf(read.value),
    name,
    items,
    nextCursor: next < pages.length ? placeOf(next, { fromMs, toMs }) : null,
  });
}

/** What was folded is no page, and stands last. */
function rankOf({ page }: PageNumbers): number {
  return page === OTHER ? 1 : 0;
}

function weightOf({ p75, count, poor }: PageNumbers, sort: VitalsPagesRequest['sort']): number {
  if (sort === 'count') return count;
  return sort === 'poor' ? (poor ?? 0) * count : (p75 ?? 0);
}
