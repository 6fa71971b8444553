import { actorId, auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { isUuidV7 } from '../shared/ids.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { Verdict } from '../wire/fraud.ts';
import { pushVerdict } from './push-verdict.ts';
import type { RiskError } from './risk-errors.ts';
import type { RiskObject } from './risk-object.ts';
import { findVerdicts, type StoredVerdict, saveVerdict } from './verdict-store.ts';

/**
 * What a reviewer says of an event, where the caller was granted `write`. A verdict can be changed; the last by time counts. The same again changes
 * nothing, but reaches the object where it could not be told before. Errors: event_not_found, verdict_pending.
 */
export async function decideReview(
  ctx: Ctx,
  object: RiskObject,
  projectId: string,
  eventId: string,
  { verdict, note }: { verdict: Verdict; note: string | null },
): Promise<Result<StoredVerdict, RiskError>> {
  if (!isUuidV7(eventId)) return err({ kind: 'event_not_found' });
  const db = ctx.env.DB;
  const decided = { decidedBy: actorId(ctx.actor) ?? '', decidedAtMs: ctx.nowMs, applied: false };
  await auditedBatch(ctx, [
    saveVerdict(db, { projectId, eventId, verdict, note, ...decided }),
    auditIfChanged(ctx, { action: 'fraud_verdict.decide', target: eventId, projectId, detail: { verdict, note } }),
  ]);
  const [stored] = await findVerdicts(db, projectId, [eventId]);
  // Taken out between the two by whoever was told that there is no such event.
  if (stored === undefined) return err({ kind: 'event_not_found' });
  if (stored.applied) return ok(stored);
  const pushed = await pushVerdict(ctx, object, stored);
  return pushed.ok ? ok({ ...stored, applied: true }) : pushed;
}
