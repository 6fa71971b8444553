import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { JsonObject } from '../../wire/record.ts';
import { findBreach } from '../breaches/register/read.ts';
import { grantedRequest, readDeletion } from '../deletions/requests/read.ts';
import type { ComplianceError } from '../errors.ts';
import { findRegime } from '../regimes/regimes.ts';
import { breachValues, deletionValues, type Purpose } from '../templates/placeholders.ts';

/** What something is said about: a breach, or a request for deletion. */
export interface Subject {
  id: string;
  projectId: string | null;
  /** Of templates that fit. */
  purposes: readonly Purpose[];
  values: JsonObject;
}

/** Where the caller may administer its project. */
export type FindSubject = (ctx: Ctx, id: string) => Promise<Result<Subject, ComplianceError>>;

export const findBreachSubject: FindSubject = async (ctx, id) => {
  const breach = await findBreach(ctx, id);
  if (!breach.ok) return breach;
  const { projectId, regimes } = breach.value;
  // Of each user when it is sent: a draft keeps the place for it.
  const values = { ...breachValues(breach.value, await timeZoneOf(ctx, regimes[0])), userId: '{{userId}}' };
  return ok({ id, projectId, purposes: ['breach_affected', 'breach_authority'], values });
};

export const findDeletionSubject: FindSubject = async (ctx, id) => {
  const granted = await grantedRequest(ctx, id);
  if (!granted.ok) return granted;
  const request = await readDeletion(ctx, id);
  if (!request.ok) return err(request.error);
  const { projectId, regimeId } = request.value;
  const values = deletionValues(request.value, await timeZoneOf(ctx, { id: regimeId, version: null }));
  return ok({ id, projectId, purposes: ['acknowledge', 'executed', 'cancelled', 'held'], values });
};

/** The one whose days and months count. */
export async function timeZoneOf(
  ctx: Ctx,
  regime: { id: string; version: number | null } | undefined,
): Promise<string> {
  const found = regime && (await findRegime(ctx, regime.id, regime.version));
  return found?.timeZone ?? 'UTC';
}
