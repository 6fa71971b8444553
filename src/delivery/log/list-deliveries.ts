import type { Ctx } from '../../env.ts';
import { cursorOf, type ListPlace } from '../../shared/page.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Delivery } from '../../wire/delivery.ts';
import type { DeliveryQuery } from '../calls.ts';
import { destinationNames, findDestination } from '../destinations/store.ts';
import type { DeliveryError } from '../errors.ts';
import { asked, type DestinationObject, type OpenDestination } from '../object.ts';
import type { DeliveryListQuery } from './parameters.ts';

export interface DeliveryList {
  items: Delivery[];
  nextCursor: string | null;
  /** Destinations whose object did not answer: what they have is missing here. */
  unknown: string[];
}

/**
 * Newest first, of one destination or of all of the project, by one order: when it was made, then its id. Each object is asked for a page behind the
 * position, of which the newest of all are taken. Errors: not_found, destination_away where nobody answered.
 */
export async function listDeliveries(
  ctx: Ctx,
  open: OpenDestination,
  projectId: string,
  { destinationId, ...query }: DeliveryListQuery,
): Promise<Result<DeliveryList, DeliveryError>> {
  const ids = await asksFor(ctx, projectId, destinationId);
  if (ids === null) return err({ kind: 'not_found' });
  const pages = await Promise.all(ids.map((id) => asked(ctx, id, 'list', () => newestOf(open(ctx, id), query))));
  const unknown = ids.filter((_, i) => pages[i]?.ok !== true);
  if (ids.length > 0 && unknown.length === ids.length) return err({ kind: 'destination_away' });
  const all = pages.flatMap((page) => (page.ok ? page.value : [])).sort(byAge);
  const items = all.slice(0, query.limit);
  const last = items.at(-1);
  return ok({ items, nextCursor: all.length > items.length && last ? cursorOf(last) : null, unknown });
}

async function asksFor(ctx: Ctx, projectId: string, destinationId: string | null): Promise<string[] | null> {
  const { DB } = ctx.env;
  if (destinationId === null) return (await destinationNames(DB, projectId)).map(({ id }) => id);
  return (await findDestination(DB, projectId, destinationId)) === null ? null : [destinationId];
}

/** More than a page of them, or all that there are. Those of one millisecond are read to their end: in which order an object has them is its own affair. */
async function newestOf(
  object: DestinationObject,
  { state, fromMs, toMs, limit, after }: Omit<DeliveryListQuery, 'destinationId'>,
): Promise<Delivery[]> {
  const found: Delivery[] = [];
  const query: DeliveryQuery = {
    state,
    fromMs,
    toMs: after ? Math.min(toMs, after.createdAtMs + 1) : toMs,
    limit: limit + 1,
    cursor: null,
  };
  for (;;) {
    const { items, nextCursor } = await object.list(query);
    found.push(...items.filter((item) => after === null || byAge(after, item) < 0));
    const [decides, last] = [found[limit], items.at(-1)];
    const isComplete = decides !== undefined && last !== undefined && last.createdAtMs < decides.createdAtMs;
    if (nextCursor === null || isComplete) return found;
    query.cursor = nextCursor;
  }
}

/** Newest first. */
function byAge(a: ListPlace, b: ListPlace): number {
  return b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}
