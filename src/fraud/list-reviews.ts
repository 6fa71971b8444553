import type { Ctx } from '../env.ts';
import type { Page } from '../shared/page.ts';
import type { Review, ReviewedEvent } from '../wire/fraud.ts';
import type { ReviewStatus, RiskObject } from './risk-object.ts';
import { findVerdicts } from './verdict-store.ts';

/** Events that wait for a reviewer or had one, as the object orders them, with what was decided, by whom and why. */
export async function listReviews(
  ctx: Ctx,
  object: RiskObject,
  projectId: string,
  query: { status: ReviewStatus; limit: number; cursor: string | null },
): Promise<Page<ReviewedEvent>> {
  const { items, nextCursor } = await object.reviews(query);
  const verdicts = await findVerdicts(
    ctx.env.DB,
    projectId,
    items.map(({ id }) => id),
  );
  const reviewOf = new Map(verdicts.map(({ projectId: _, eventId, ...review }): [string, Review] => [eventId, review]));
  return { items: items.map((event) => ({ ...event, review: reviewOf.get(event.id) ?? null })), nextCursor };
}
