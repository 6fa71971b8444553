import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ComplianceError } from '../../errors.ts';
import { moved } from '../lifecycle/lifecycle.ts';
import { cancelRequest, findRequest, makeDue, type StoredRequest } from '../store/request-store.ts';
import { namesPerson } from './reasons.ts';
import { personOf } from './view.ts';

/** Errors: invalid, deletion_begun, deletion_ended. */
export async function cancelDeletion(
  ctx: Ctx,
  request: StoredRequest,
  reason: string,
): Promise<Result<null, ComplianceError>> {
  const { id, projectId, reference } = request;
  const person = personOf(ctx, request);
  if (person && namesPerson(person.identity, reason)) {
    return err({ kind: 'invalid', errors: [{ pointer: '/reason', reason: 'must not name the person' }] });
  }
  const [cancelled] = await auditedBatch(ctx, [
    cancelRequest(ctx.env.DB, id, { atMs: ctx.nowMs, reason }),
    auditIfChanged(ctx, { action: 'deletion.cancel', target: id, projectId, detail: { reference, reason } }),
  ]);
  return cancelled?.meta.changes ? ok(null) : err(await whyNot(ctx, id));
}

/** Ends the grace period; the job does the rest. Again it changes nothing. Errors: deletion_ended. */
export async function executeDeletion(ctx: Ctx, request: StoredRequest): Promise<Result<null, ComplianceError>> {
  const { id, projectId, reference } = request;
  const [due] = await auditedBatch(ctx, [
    makeDue(ctx.env.DB, id, ctx.nowMs),
    auditIfChanged(ctx, { action: 'deletion.execute', target: id, projectId, detail: { reference } }),
  ]);
  if (due?.meta.changes) return ok(null);
  const now = await findRequest(ctx.env.DB, id);
  const isUnderWay = now?.state === 'due' || now?.state === 'running';
  return isUnderWay ? ok(null) : err({ kind: 'deletion_ended' });
}

async function whyNot(ctx: Ctx, id: string): Promise<ComplianceError> {
  const now = await findRequest(ctx.env.DB, id);
  if (now === null) return { kind: 'deletion_not_found' };
  // In between nothing but the state can have moved.
  return moved(now.state, 'finish') === null ? { kind: 'deletion_ended' } : { kind: 'deletion_begun' };
}
