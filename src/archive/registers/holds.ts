import { actorId, auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Actor, Ctx } from '../../env.ts';
import { randomId } from '../../shared/ids.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { LegalHold } from '../../wire/archive.ts';
import type { ArchiveError } from '../errors.ts';
import type { HoldInput } from '../schema.ts';
import { findHold, insertHold, releaseHoldStatement } from './hold-store.ts';

/** Every archive of a project is held against all of them. */
const MAX_HOLDS = 500;

/** From the answer on nothing that it covers is deleted. Errors: too_many_holds. */
export async function createHold(
  ctx: Ctx,
  projectId: string,
  { stream, fromMs, toMs, reason }: HoldInput,
): Promise<Result<LegalHold, ArchiveError>> {
  const { actor, nowMs } = ctx;
  const by = { createdAtMs: nowMs, createdBy: actorId(actor) ?? '', createdByName: nameOf(actor) };
  const hold = { id: randomId('hld'), projectId, stream, fromMs, toMs, reason, ...by, releasedAtMs: null };
  const [inserted] = await auditedBatch(ctx, [
    insertHold(ctx.env.DB, hold, MAX_HOLDS),
    auditIfChanged(ctx, {
      ...{ action: 'legal_hold.create', target: hold.id, projectId },
      detail: { stream, fromMs, toMs, reason },
    }),
  ]);
  return inserted?.meta.changes ? ok(hold) : err({ kind: 'too_many_holds', most: MAX_HOLDS });
}

/** What it kept may be deleted from now on. One that is released already stays as it is. Errors: hold_not_found. */
export async function releaseHold(ctx: Ctx, { id, projectId }: LegalHold): Promise<Result<LegalHold, ArchiveError>> {
  const { DB } = ctx.env;
  await auditedBatch(ctx, [
    releaseHoldStatement(DB, id, { nowMs: ctx.nowMs, by: actorId(ctx.actor) ?? '' }),
    auditIfChanged(ctx, { action: 'legal_hold.release', target: id, projectId, detail: {} }),
  ]);
  const released = await findHold(DB, id);
  return released ? ok(released) : err({ kind: 'hold_not_found' });
}

/** Who it is, as lists show them. */
function nameOf(actor: Actor): string {
  return actor.kind === 'user' ? actor.username : (actorId(actor) ?? '');
}
