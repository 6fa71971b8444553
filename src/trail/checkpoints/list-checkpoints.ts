import type { Ctx } from '../../env.ts';
import type { Page } from '../../shared/page.ts';
import { invalidInput, type Problem } from '../../shared/problem.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { ListedCheckpoint } from '../../wire/audit.ts';
import { trustedKeys } from '../keys/keys.ts';
import { checkpointPage } from './checkpoint-store.ts';
import { isSigned } from './signed.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;
const LARGEST = String(Number.MAX_SAFE_INTEGER + 1);

/** `<size>`, checkpoints below it; or `<size>.<n>`, without the first n of that size, where forged ones stand beside what was signed. */
const CURSOR = /^([1-9]\d{0,15})(?:\.([1-9]\d{0,8}))?$/;

/** Newest first, with what was forged among them. */
export async function pageOfCheckpoints(
  ctx: Ctx,
  query: Readonly<Record<string, string | undefined>>,
): Promise<Result<Page<ListedCheckpoint>, Problem>> {
  const limit = Number(query.limit || DEFAULT_PAGE);
  const cursor = CURSOR.exec(query.cursor || LARGEST);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    return err(invalidInput([{ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_PAGE}` }]));
  }
  if (cursor === null) {
    return err(invalidInput([{ pointer: '/cursor', reason: 'must be a nextCursor of this list' }]));
  }
  const skipped = Number(cursor[2] ?? 0);
  const maxSize = Number(cursor[1]) - (skipped === 0 ? 1 : 0);
  const rows = await checkpointPage(ctx.env.DB, { maxSize, skipped }, limit + 1);
  const keys = await trustedKeys(ctx);
  const items = rows.slice(0, limit).map((row) => ({ ...row, signed: isSigned(row, keys) }));
  return ok({ items, nextCursor: cursorAfter(items, rows.at(limit)?.size, { maxSize, skipped }) });
}

function cursorAfter(
  items: readonly ListedCheckpoint[],
  nextSize: number | undefined,
  { maxSize, skipped }: { maxSize: number; skipped: number },
): string | null {
  const last = items.at(-1)?.size;
  if (last === undefined || nextSize === undefined) return null;
  if (nextSize !== last) return String(last);
  const before = last === maxSize ? skipped : 0;
  return `${last}.${before + items.filter(({ size }) => size === last).length}`;
}
