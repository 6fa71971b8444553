import type { Ctx } from '../../../env.ts';
import type { Page, PageRequest } from '../../../shared/page.ts';
import { pageOf } from '../../../shared/page.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Destination } from '../../../wire/delivery.ts';
import type { DeliveryError } from '../../errors.ts';
import { asked, type OpenDestination } from '../../object.ts';
import { showDestination } from '../definition/show.ts';
import type { StoredDestination } from '../definition/types.ts';
import { findDestination, listDestinationRows } from '../store.ts';

/** Error: not_found. */
export async function readDestination(
  ctx: Ctx,
  open: OpenDestination,
  projectId: string,
  id: string,
  reader: { seesUrl: boolean },
): Promise<Result<Destination, DeliveryError>> {
  const stored = await findDestination(ctx.env.DB, projectId, id);
  return stored ? ok(await shown(ctx, open, stored, reader)) : err({ kind: 'not_found' });
}

export async function listDestinations(
  ctx: Ctx,
  open: OpenDestination,
  projectId: string,
  page: PageRequest,
  reader: { seesUrl: boolean },
): Promise<Page<Destination>> {
  const { items, nextCursor } = pageOf(await listDestinationRows(ctx.env.DB, projectId, page), page.limit);
  return { items: await Promise.all(items.map((stored) => shown(ctx, open, stored, reader))), nextCursor };
}

/** That a receiver answered 410 is known to its object alone. Where that does not answer, what the row says is shown. */
async function shown(
  ctx: Ctx,
  open: OpenDestination,
  stored: StoredDestination,
  { seesUrl }: { seesUrl: boolean },
): Promise<Destination> {
  // An object that was told nothing yet has nothing to say.
  const mayBeGone = stored.confirmed && !stored.disabled;
  const health = mayBeGone ? await asked(ctx, stored.id, 'health', () => open(ctx, stored.id).health()) : null;
  const isGone = health?.ok === true && health.value.disabledReason === 'gone';
  return showDestination(stored, { isGone, seesUrl, nowMs: ctx.nowMs });
}
