import type { Ctx } from '../../../env.ts';
import { cursorOf, type Page } from '../../../shared/page.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { DeletionRequest, DeletionState } from '../../../wire/compliance.ts';
import { admittedTo } from '../../access.ts';
import type { ComplianceError } from '../../errors.ts';
import { findRequest, listRequests, type StoredRequest } from '../store/request-store.ts';
import { viewsOf } from './view.ts';

/** The newest first. */
export async function listDeletions(
  ctx: Ctx,
  only: { projectId: string | null; state: DeletionState | null },
  page: { before: { createdAtMs: number; id: string } | null; limit: number },
): Promise<Page<DeletionRequest>> {
  const { createdAtMs, id } = page.before ?? { createdAtMs: Number.MAX_SAFE_INTEGER, id: '' };
  const rows = await listRequests(ctx.env.DB, only, { beforeMs: createdAtMs, beforeId: id, limit: page.limit });
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  const hasMore = rows.length > page.limit && last !== undefined;
  return { items: await viewsOf(ctx, items), nextCursor: hasMore ? cursorOf(last) : null };
}

/** Where the caller may administer its project. Errors: deletion_not_found. */
export async function grantedRequest(ctx: Ctx, id: string): Promise<Result<StoredRequest, ComplianceError>> {
  const request = await findRequest(ctx.env.DB, id);
  if (request === null) return err({ kind: 'deletion_not_found' });
  const granted = await admittedTo(ctx, request.projectId);
  return granted.ok ? ok(request) : granted;
}

export async function readDeletion(ctx: Ctx, id: string): Promise<Result<DeletionRequest, ComplianceError>> {
  const request = await findRequest(ctx.env.DB, id);
  const [view] = request === null ? [] : await viewsOf(ctx, [request]);
  return view ? ok(view) : err({ kind: 'deletion_not_found' });
}
