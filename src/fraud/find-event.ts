import type { Ctx } from '../env.ts';
import { isUuidV7 } from '../shared/ids.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { ReviewedEvent } from '../wire/fraud.ts';
import type { FraudError } from './errors.ts';
import { fraudOf } from './object.ts';
import { asked } from './send.ts';
import { findReviews } from './verdict-store.ts';

/** One event of a project that the caller may read, with what was decided of it. Errors: event_not_found, object_away. */
export async function findEvent(ctx: Ctx, projectId: string, id: string): Promise<Result<ReviewedEvent, FraudError>> {
  if (!isUuidV7(id)) return err({ kind: 'event_not_found' });
  const found = await asked(ctx, () => fraudOf(ctx.env, projectId).findEvent(id));
  if (!found.ok) return found;
  if (found.value === null) return err({ kind: 'event_not_found' });
  const reviews = await findReviews(ctx.env.DB, projectId, [id]);
  return ok({ ...found.value, review: reviews.get(id) ?? null });
}
