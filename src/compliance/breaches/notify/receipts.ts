import { auditedBatch } from '../../../audit/index.ts';
import type { OpenDestination, Receipt } from '../../../delivery/index.ts';
import type { Ctx } from '../../../env.ts';
import { atDestination } from './at-destination.ts';
import { type Settled, settleUsers, type ToldUser, type UserKey, usersIn } from './user-store.ts';

const PAGE_USERS = 1_000;
/** More than are ever under way at a destination (hand-over.ts), for those that were before. */
const PAGES_PER_RUN = 10;

const FORGOTTEN = 'The destination does not know this delivery any more: whether it arrived is not known.';

/** Asks the destinations what became of what they were given. */
export async function fetchReceipts(
  ctx: Ctx,
  open: OpenDestination,
  breachId: string,
): Promise<{ delivered: number; failed: number; away: number }> {
  const done = { delivered: 0, failed: 0, away: 0 };
  let after: UserKey | null = null;
  for (let page = 0; page < PAGES_PER_RUN; page++) {
    const users: ToldUser[] = await usersIn(ctx.env.DB, breachId, 'queued', after, PAGE_USERS);
    const settled: Settled[] = [];
    for (const [destinationId, told] of Map.groupBy(users, (user) => user.destinationId)) {
      const receipts = await atDestination(ctx, open, destinationId, (destination) =>
        destination.receipts(told.map(({ eventId }) => eventId)),
      );
      if (receipts === null) done.away++;
      else settled.push(...settledBy(told, receipts, ctx.nowMs));
    }
    if (settled.length > 0) await auditedBatch(ctx, [settleUsers(ctx.env.DB, breachId, 'queued', settled)]);
    for (const { state } of settled) if (state !== 'queued') done[state]++;
    after = users.at(-1) ?? null;
    if (users.length < PAGE_USERS) break;
  }
  return done;
}

/** Those of whom there is something new. */
export function settledBy(users: readonly ToldUser[], receipts: readonly Receipt[], nowMs: number): Settled[] {
  const byEvent = new Map(receipts.map((receipt) => [receipt.eventId, receipt]));
  return users.flatMap(({ projectId, userId, eventId }): Settled[] => {
    const receipt = byEvent.get(eventId);
    if (receipt === undefined) return [{ projectId, userId, state: 'failed', atMs: nowMs, problem: FORGOTTEN }];
    const { state, endedAtMs, reason } = receipt;
    if (state !== 'delivered' && state !== 'dead') return [];
    const isThere = state === 'delivered';
    return [
      {
        ...{ projectId, userId, state: isThere ? 'delivered' : 'failed', atMs: endedAtMs ?? nowMs },
        problem: isThere ? null : (reason ?? 'It could not be delivered.'),
      },
    ];
  });
}
