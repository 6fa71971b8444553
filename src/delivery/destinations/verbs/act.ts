import { actorId, auditedBatch, auditStatement } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Attempt, BreakerAction, BreakerTransition, DestinationHealth } from '../../../wire/delivery.ts';
import { sampleEvent } from '../../body/sample-event.ts';
import type { DeliveryError } from '../../errors.ts';
import { maskAttempt } from '../../log/find-delivery.ts';
import { asked, type OpenDestination } from '../../object.ts';
import { pushDestination } from '../push.ts';
import { findDestination } from '../store.ts';
import type { Place } from './place.ts';

/** What is done by hand is in the audit log before it is done: a row of an attempt that failed does no harm, a breaker that nobody opened does. */
async function audited(
  ctx: Ctx,
  action: string,
  projectId: string,
  id: string,
  detail: Record<string, string>,
): Promise<void> {
  await auditedBatch(ctx, [auditStatement(ctx, { action, target: id, projectId, detail })]);
}

/** One attempt with an event that says it is a test, past queue and breaker. Errors: not_found, destination_pending, destination_away. */
export async function testDestination(
  ctx: Ctx,
  open: OpenDestination,
  place: Place,
  id: string,
): Promise<Result<Attempt, DeliveryError>> {
  const { projectId } = place;
  if ((await findDestination(ctx.env.DB, projectId, id)) === null) return err({ kind: 'not_found' });
  // What is tested is what was answered as stored.
  const pushed = await pushDestination(ctx, open, id);
  if (!pushed.ok) return pushed;
  const event = sampleEvent({ ...place, nowMs: ctx.nowMs });
  await audited(ctx, 'destination.test', projectId, id, { eventId: event.id });
  const attempt = await asked(ctx, id, 'sendTest', () => open(ctx, id).sendTest(event));
  return attempt.ok ? ok(maskAttempt(attempt.value)) : attempt;
}

/** Errors: not_found, destination_away. */
export async function actOnBreaker(
  ctx: Ctx,
  open: OpenDestination,
  projectId: string,
  id: string,
  action: BreakerAction,
): Promise<Result<DestinationHealth['breaker'], DeliveryError>> {
  if ((await findDestination(ctx.env.DB, projectId, id)) === null) return err({ kind: 'not_found' });
  await audited(ctx, 'destination.breaker', projectId, id, { action });
  const by = ctx.actor.kind === 'user' ? ctx.actor.username : (actorId(ctx.actor) ?? 'unknown');
  return asked(ctx, id, 'act', async () => {
    await open(ctx, id).act(action, by);
    return (await open(ctx, id).health()).breaker;
  });
}

/** Newest first. Errors: not_found, destination_away. */
export async function breakerTransitions(
  ctx: Ctx,
  open: OpenDestination,
  projectId: string,
  id: string,
  limit: number,
): Promise<Result<BreakerTransition[], DeliveryError>> {
  if ((await findDestination(ctx.env.DB, projectId, id)) === null) return err({ kind: 'not_found' });
  const found = await asked(ctx, id, 'transitions', () => open(ctx, id).transitions(limit));
  return found.ok ? ok(found.value) : found;
}
