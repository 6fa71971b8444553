import type { Ctx } from '../../env.ts';
import { invalidInput, type Problem } from '../../shared/problem.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type DestinationHealth, MAX_DESTINATIONS, type WebhookHealth } from '../../wire/delivery.ts';
import { destinationIdsOf } from '../destinations/store.ts';
import { asked, type OpenDestination } from '../object.ts';
import { summaryOf, type Told } from './summary.ts';

/** Of all destinations of these projects; null is every project. */
export async function healthOf(
  ctx: Ctx,
  open: OpenDestination,
  projectIds: readonly string[] | null,
): Promise<Result<WebhookHealth, Problem>> {
  // As many objects as one request asks; health of some of them would be told as health of all.
  const ids = await destinationIdsOf(ctx.env.DB, projectIds, MAX_DESTINATIONS + 1);
  if (ids.length > MAX_DESTINATIONS) {
    const reason = `must name one: your projects have more than ${MAX_DESTINATIONS} destinations together`;
    return err(invalidInput([{ pointer: '/project', reason }]));
  }
  return ok(summaryOf(await tellOf(ctx, open, ids), ctx.nowMs));
}

/** Asks all at once. Whoever does not answer in time is named, and in the log. */
async function tellOf(ctx: Ctx, open: OpenDestination, ids: readonly string[]): Promise<Told> {
  const told = await Promise.all(
    ids.map(async (id): Promise<DestinationHealth | string> => {
      const health = await asked(ctx, id, 'health', () => open(ctx, id).health());
      return health.ok ? health.value : id;
    }),
  );
  return {
    destinations: told.filter((one) => typeof one !== 'string'),
    unknown: told.filter((one) => typeof one === 'string'),
  };
}
