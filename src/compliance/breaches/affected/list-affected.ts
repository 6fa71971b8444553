import type { Ctx } from '../../../env.ts';
import { fromBase64Url, toBase64Url, utf8 } from '../../../shared/bytes.ts';
import { invalidInput, type Problem } from '../../../shared/problem.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { AffectedUser } from '../../../wire/compliance.ts';
import type { ComplianceError } from '../../errors.ts';
import { findBreach } from '../register/read.ts';
import { findTotals } from '../register/store.ts';
import { type AffectedRow, listAffectedRows, type StoredState, type UserPlace } from './affected-store.ts';

const MAX_PAGE = 1_000;
const DEFAULT_PAGE = 100;
const STATES = ['none', 'pending', 'queued', 'delivered', 'failed'] as const;
type ShownState = AffectedUser['state'];

export interface AffectedQuery {
  state: ShownState | null;
  limit: number;
  after: UserPlace | null;
}

/** Reads `?state=&limit=&cursor=`. */
export function parseAffectedQuery(
  query: Readonly<Record<string, string | undefined>>,
): Result<AffectedQuery, Problem> {
  const limit = query.limit === undefined ? DEFAULT_PAGE : Number(query.limit);
  const state = STATES.find((known) => known === query.state) ?? null;
  const after = query.cursor === undefined ? null : placeOf(query.cursor);
  const findings: { pointer: string; reason: string }[] = [];
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    findings.push({ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_PAGE}` });
  if (query.state !== undefined && state === null)
    findings.push({ pointer: '/state', reason: `must be one of ${STATES.join(', ')}` });
  if (query.cursor !== undefined && after === null)
    findings.push({ pointer: '/cursor', reason: 'must be a nextCursor of this list' });
  return findings.length > 0 ? err(invalidInput(findings)) : ok({ state, limit, after });
}

/** A receipt for each user, by project and user id. Error: breach_not_found. */
export async function listAffected(
  ctx: Ctx,
  breachId: string,
  { state, limit, after }: AffectedQuery,
): Promise<Result<{ items: AffectedUser[]; nextCursor: string | null }, ComplianceError>> {
  const { DB } = ctx.env;
  const breach = await findBreach(ctx, breachId);
  if (!breach.ok) return breach;
  const isTold = ((await findTotals(DB, [breachId])).get(breachId)?.notifications ?? 0) > 0;
  const states = state === null ? null : storedStates(state, isTold);
  if (states?.length === 0) return ok({ items: [], nextCursor: null });
  const rows = await listAffectedRows(DB, breachId, states, after, limit + 1);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return ok({
    items: rows.slice(0, limit).map((row) => shown(row, isTold)),
    nextCursor: last ? toBase64Url(utf8(`${last.projectId}\n${last.userId}`)) : null,
  });
}

/** Whoever waits is pending from the first notification on. */
function storedStates(state: ShownState, isTold: boolean): StoredState[] {
  if (state === 'none') return isTold ? [] : ['waiting'];
  if (state === 'pending') return isTold ? ['waiting', 'claimed'] : [];
  return [state];
}

function shown({ state, eventId, destinationId, ...row }: AffectedRow, isTold: boolean): AffectedUser {
  const isWaiting = state === 'waiting' || state === 'claimed';
  const { projectId, userId, records, firstTs, lastTs, atMs, problem } = row;
  return {
    ...{ projectId, userId, records, firstTs, lastTs, atMs, problem },
    state: isWaiting ? (isTold ? 'pending' : 'none') : state,
    deliveryId: eventId === null || destinationId === null ? null : `${destinationId}-${eventId}`,
  };
}

/** Null for what is no cursor. No id of a project has a new line; one of a user may. */
function placeOf(cursor: string): UserPlace | null {
  const bytes = fromBase64Url(cursor);
  const [, projectId, userId] = /^([^\n]+)\n(.*)$/s.exec(bytes === null ? '' : new TextDecoder().decode(bytes)) ?? [];
  return projectId === undefined || userId === undefined ? null : { projectId, userId };
}
