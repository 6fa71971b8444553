import { auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { RiskError } from './risk-errors.ts';
import { orNull, type RiskObject } from './risk-object.ts';
import { confirmVerdict, dropVerdict, type StoredVerdict } from './verdict-store.ts';

/**
 * Tells the object a verdict. One on an event that it does not have is taken out again, so that the table holds no ids that somebody made up.
 * Errors: event_not_found, verdict_pending.
 */
export async function pushVerdict(
  ctx: Ctx,
  object: RiskObject,
  stored: StoredVerdict,
): Promise<Result<null, RiskError>> {
  const { projectId, eventId, verdict, decidedAtMs } = stored;
  const told = await orNull(ctx, projectId, 'verdict', () =>
    object.applyVerdict({ eventId, verdict, atMs: decidedAtMs }),
  );
  switch (told) {
    case null:
      return err({ kind: 'verdict_pending' });
    case 'applied':
      await auditedBatch(ctx, [confirmVerdict(ctx.env.DB, stored)]);
      return ok(null);
    case 'unknown_event':
      await auditedBatch(ctx, [
        dropVerdict(ctx.env.DB, projectId, eventId),
        auditIfChanged(ctx, { action: 'fraud_verdict.drop', target: eventId, projectId, detail: { reason: told } }),
      ]);
      return err({ kind: 'event_not_found' });
  }
}
