import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { periodEndsMs } from '../../../shared/calendar.ts';
import { randomId } from '../../../shared/ids.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { DeletionInput } from '../../../wire/compliance.ts';
import type { Admin } from '../../access.ts';
import type { ComplianceError } from '../../errors.ts';
import { findRegime } from '../../regimes/regimes.ts';
import { isNobody, normaliseIdentity } from '../identity/identity.ts';
import { referencesOf, sealPerson } from '../identity/sealed.ts';
import { graceEndsAtMs } from '../lifecycle/grace.ts';
import { insertHold, type StoredHold } from '../store/hold-store.ts';
import { findOpen, insertRequest, type StoredRequest } from '../store/request-store.ts';
import { DEFAULT_HOLD, namesPerson, type SystemHold } from './reasons.ts';

/** What the clocks of two machines differ by. */
const MAX_CLOCK_SKEW_MS = 60_000;

/**
 * Enters a request, where the caller was granted its project. Its deadline is the regime's as it is now. Answers its id. Errors: invalid,
 * deletion_exists.
 */
export async function createDeletion(
  ctx: Ctx,
  admin: Admin,
  input: DeletionInput,
): Promise<Result<string, ComplianceError>> {
  const { DB } = ctx.env;
  const invalid = (pointer: string, reason: string) => err({ kind: 'invalid' as const, errors: [{ pointer, reason }] });
  const identity = normaliseIdentity(input.identity);
  if (isNobody(identity)) return invalid('/identity', 'must name at least one user id, session id or identifier');
  if (input.receivedAtMs > ctx.nowMs + MAX_CLOCK_SKEW_MS) return invalid('/receivedAtMs', 'must not be in the future');
  const regime = await findRegime(ctx, input.regimeId);
  if (regime === null) return invalid('/regimeId', 'must be a regime');
  const naming = input.holds.findIndex(({ reason }) => namesPerson(identity, reason));
  if (naming >= 0) return invalid(`/holds/${naming}/reason`, 'must not name the person: it is kept for ever');

  const id = randomId('del');
  const { projectId, receivedAtMs, contact } = input;
  const references = referencesOf(ctx.config, projectId, identity);
  const deadlineAtMs = periodEndsMs(receivedAtMs, regime.erasureWithin, regime.timeZone);
  const request: StoredRequest = {
    ...{ id, projectId, regimeId: regime.id, reference: references[0], state: 'grace', receivedAtMs, deadlineAtMs },
    sealed: sealPerson(ctx.config, id, { identity, contact }),
    ...{ createdAtMs: ctx.nowMs, createdBy: admin.userId, createdByName: admin.username },
    graceEndsAtMs: graceEndsAtMs({ enteredAtMs: ctx.nowMs, graceDays: input.graceDays, deadlineAtMs }),
    ...{ cancelledAtMs: null, cancelReason: null, beganAtMs: null, executedAtMs: null, restorableUntilMs: null },
  };
  const detail = { reference: request.reference, regimeId: regime.id, receivedAtMs, deadlineAtMs };
  const holds = [...ownHolds(ctx, admin, request, input.holds), ...systemHolds(ctx, request, input.holds)];
  const [inserted] = await auditedBatch(ctx, [
    insertRequest(DB, request, references),
    auditIfChanged(ctx, { action: 'deletion.create', target: id, projectId, detail }),
    ...holds.map((hold) => insertHold(DB, hold, ['grace'])),
  ]);
  if (inserted?.meta.changes) return ok(id);
  const open = await findOpen(DB, projectId, references);
  // Ended between the two: who comes again is served.
  return err({ kind: 'deletion_exists', id: open?.id ?? '' });
}

function ownHolds(ctx: Ctx, admin: Admin, request: StoredRequest, holds: DeletionInput['holds']): StoredHold[] {
  const by = { by: admin.userId, byName: admin.username };
  return holds.map((hold) => ({ ...newHold(ctx, request), ...hold, ...by }));
}

function systemHolds(ctx: Ctx, request: StoredRequest, holds: DeletionInput['holds']): StoredHold[] {
  const byDefault: SystemHold[] = holds.some(({ category }) => category === DEFAULT_HOLD.category)
    ? []
    : [DEFAULT_HOLD];
  return byDefault.map((hold) => ({ ...newHold(ctx, request), ...hold, by: 'system', byName: 'Breakwater' }));
}

export function newHold(
  ctx: Ctx,
  { id, projectId }: Pick<StoredRequest, 'id' | 'projectId'>,
): Pick<StoredHold, 'id' | 'requestId' | 'projectId' | 'atMs' | 'releasedAtMs'> {
  return { id: randomId('dhl'), requestId: id, projectId, atMs: ctx.nowMs, releasedAtMs: null };
}
