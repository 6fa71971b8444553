import { auditedBatch } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { hasChanged } from '../../shared/changed.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { DeliveryError } from '../errors.ts';
import { asked, type OpenDestination } from '../object.ts';
import { configOf } from './definition/show.ts';
import { confirmDestination, findAnyDestination, forgetDestination, unconfirmedDestinations } from './store.ts';

/** In one run of cron: each takes eight statements and two calls at most, of a thousand that an invocation makes and shares (cron.ts). */
const MAX_PUSHES_PER_RUN = 25;

/**
 * Tells the destination's object what it is as its row says now, or that it is no more, unless it has confirmed that. It keeps the newest version, so that
 * of two changes at once the order of arrival does not matter; a version that moved on meanwhile was pushed by whoever moved it. Error:
 * destination_pending.
 */
export async function pushDestination(
  ctx: Ctx,
  open: OpenDestination,
  id: string,
): Promise<Result<null, DeliveryError>> {
  const { DB } = ctx.env;
  const stored = await findAnyDestination(DB, id);
  if (stored?.deleted) return forget(ctx, open, id);
  if (stored === null || stored.confirmed) return ok(null);
  const told = await asked(ctx, id, 'configure', () => open(ctx, id).configure(configOf(stored)));
  if (!told.ok) return err({ kind: 'destination_pending' });
  const [confirmed] = await auditedBatch(ctx, [confirmDestination(DB, id, stored.version)]);
  if (hasChanged(confirmed)) return ok(null);
  // Deleted meanwhile: what was just told may have come to an object that had forgotten all already, and would deliver again.
  const now = await findAnyDestination(DB, id);
  return now === null || now.deleted ? forget(ctx, open, id) : ok(null);
}

async function forget(ctx: Ctx, open: OpenDestination, id: string): Promise<Result<null, DeliveryError>> {
  const forgotten = await asked(ctx, id, 'remove', () => open(ctx, id).remove());
  if (!forgotten.ok) return err({ kind: 'destination_pending' });
  await auditedBatch(ctx, [forgetDestination(ctx.env.DB, id)]);
  return ok(null);
}

/** Cron: after destination_pending that nobody repeated, and after a crash between batch and push. */
export async function reconcileDestinations(
  ctx: Ctx,
  open: OpenDestination,
): Promise<{ told: number; failed: number }> {
  const counts = { told: 0, failed: 0 };
  for (const id of await unconfirmedDestinations(ctx.env.DB, MAX_PUSHES_PER_RUN)) {
    const pushed = await pushDestination(ctx, open, id);
    counts[pushed.ok ? 'told' : 'failed']++;
  }
  return counts;
}
