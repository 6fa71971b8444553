import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { DeletionInput } from '../../../wire/compliance.ts';
import type { Admin } from '../../access.ts';
import type { ComplianceError } from '../../errors.ts';
import { holdsOf, insertHold, releaseHold } from '../store/hold-store.ts';
import type { StoredRequest } from '../store/request-store.ts';
import { stepsOf } from '../store/step-store.ts';
import { newHold } from './create.ts';
import { namesPerson } from './reasons.ts';
import { personOf } from './view.ts';

/**
 * Holds a category back, or one stream of the records. While an execution runs too, as long as the category has not been erased: what of it is gone by
 * then stays gone. Errors: invalid, deletion_ended, already_held, already_erased.
 */
export async function addHold(
  ctx: Ctx,
  admin: Admin,
  request: StoredRequest,
  hold: DeletionInput['holds'][number],
): Promise<Result<null, ComplianceError>> {
  const { id, projectId, reference, state } = request;
  const { category, stream, reason } = hold;
  const person = personOf(ctx, request);
  if (person && namesPerson(person.identity, reason)) {
    return err({ kind: 'invalid', errors: [{ pointer: '/reason', reason: 'must not name the person' }] });
  }
  if (state === 'done' || state === 'cancelled') return err({ kind: 'deletion_ended' });
  const steps = (await stepsOf(ctx.env.DB, [id])).get(id) ?? [];
  if (steps.some((step) => step.category === category && step.state === 'done')) return err({ kind: 'already_erased' });
  const row = { ...newHold(ctx, request), ...hold, by: admin.userId, byName: admin.username };
  const detail = { reference, category, stream, reason };
  const [inserted] = await auditedBatch(ctx, [
    insertHold(ctx.env.DB, row, ['grace', 'due', 'running']),
    auditIfChanged(ctx, { action: 'deletion.hold', target: id, projectId, detail }),
  ]);
  return inserted?.meta.changes ? ok(null) : err({ kind: 'already_held' });
}

/** The next run erases what it held, also where the rest was erased long ago (run/reopen.ts). Errors: hold_not_found. */
export async function releaseDeletionHold(
  ctx: Ctx,
  admin: Admin,
  request: StoredRequest,
  holdId: string,
): Promise<Result<null, ComplianceError>> {
  const { DB } = ctx.env;
  const { id, projectId, reference } = request;
  const hold = (await holdsOf(DB, [id])).get(id)?.find((one) => one.id === holdId);
  if (!hold) return err({ kind: 'hold_not_found' });
  const { category, stream } = hold;
  const [released] = await auditedBatch(ctx, [
    releaseHold(DB, id, holdId, { atMs: ctx.nowMs, by: admin.userId }),
    auditIfChanged(ctx, { action: 'deletion.release', target: id, projectId, detail: { reference, category, stream } }),
  ]);
  return released?.meta.changes ? ok(null) : err({ kind: 'hold_not_found' });
}
