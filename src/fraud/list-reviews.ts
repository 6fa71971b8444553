import type { Ctx } from '../env.ts';
import type { Page } from '../shared/page.ts';
import type { ReviewedEvent } from '../wire/fraud.ts';
import type { ReviewStatus, RiskObject } from './risk-object.ts';
import { findReviews } from './verdict-store.ts';

/** Events that wait for a reviewer or had one, as the object orders them, with what was decided, by whom and why. */
export async function listReviews(
  ctx: Ctx,
  object: RiskObject,
  projectId: string,
  query: { status: ReviewStatus; limit: number; cursor: string | null },
): Promise<Page<ReviewedEvent>> {
  const { items, nextCursor } = await object.reviews(query);
  const ids = items.map(({ id }) => id);
  const reviews = await findReviews(ctx.env.DB, projectId, ids);
  return { items: items.map((event) => ({ ...event, review: reviews.get(event.id) ?? null })), nextCursor };
}
