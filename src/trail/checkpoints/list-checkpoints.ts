import type { Ctx } from '../../env.ts';
import type { Page } from '../../shared/page.ts';
import { invalidInput, type Problem } from '../../shared/problem.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AuditCheckpoint } from '../../wire/audit.ts';
import { checkpointPage } from './checkpoint-store.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;

/** Newest first. The cursor is a size: checkpoints below it. */
export async function pageOfCheckpoints(
  { env: { DB } }: Ctx,
  query: Readonly<Record<string, string | undefined>>,
): Promise<Result<Page<AuditCheckpoint>, Problem>> {
  const limit = Number(query.limit || DEFAULT_PAGE);
  const before = Number(query.cursor || Number.MAX_SAFE_INTEGER);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    return err(invalidInput([{ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_PAGE}` }]));
  }
  if (!Number.isSafeInteger(before) || before < 1) {
    return err(invalidInput([{ pointer: '/cursor', reason: 'must be a nextCursor of this list' }]));
  }
  const rows = await checkpointPage(DB, before, limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return ok({ items, nextCursor: rows.length > limit && last !== undefined ? String(last.size) : null });
}
