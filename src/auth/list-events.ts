import { type AccountEvent, listAccountEvents } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { AuthError } from './errors.ts';
import type { UserActor } from './session.ts';

const DEFAULT_EVENTS = 50;
const MAX_EVENTS = 200;

export interface EventPage {
  items: AccountEvent[];
  nextCursor: string | null;
}

/** The caller's own sign-in history, newest first. `cursor` is the `seq` of the last event of the page before. */
export async function listEvents(
  ctx: Ctx,
  caller: UserActor,
  query: { limit: string | undefined; cursor: string | undefined },
): Promise<Result<EventPage, AuthError>> {
  const limit = query.limit === undefined ? DEFAULT_EVENTS : Number(query.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_EVENTS)
    return err({ kind: 'invalid_input', pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_EVENTS}` });
  if (query.cursor !== undefined && !/^[1-9]\d{0,14}$/.test(query.cursor))
    return err({ kind: 'invalid_input', pointer: '/cursor', reason: 'must be a nextCursor of this list' });
  const beforeSeq = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(query.cursor);
  const rows = await listAccountEvents(ctx.env.DB, caller.userId, { beforeSeq, limit: limit + 1 });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return ok({ items, nextCursor: rows.length > limit && last ? String(last.seq) : null });
}
