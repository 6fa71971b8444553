import { auditedBatch } from '../../../audit/index.ts';
import { findAnyDestination, type OpenDestination, reachesPeople } from '../../../delivery/index.ts';
import type { Ctx } from '../../../env.ts';
import { atDestination } from './at-destination.ts';
import { eventIdOf, eventOf } from './event.ts';
import type { StoredNotification } from './notification-store.ts';
import { claimUsers, countUnderWay, settleUsers, type ToldUser, usersIn, waitingUsers } from './user-store.ts';

/** In one call: with the longest texts 16 MB, of the 32 MiB that it may have. */
const PAGE_USERS = 500;
/**
 * Under way at once: a destination forgets what it has delivered beyond the newest 10,000 (src/delivery/queue/retention.ts), and a receipt must be there when it
 * is asked for. Of a slower one as many as it sends until the next run, so that alerts which share it wait no longer than that.
 */
const MAX_UNDER_WAY = 5_000;
const SECONDS_BETWEEN_RUNS = 120;

const DELETED = 'The destination was deleted.';

export interface HandedOver {
  queued: number;
  failed: number;
  away: number;
}

/** Users who wait are claimed, and those who are claimed given to the destination, as many as it has room for. */
export async function handOver(
  ctx: Ctx,
  open: OpenDestination,
  notifications: readonly StoredNotification[],
): Promise<HandedOver> {
  const done: HandedOver = { queued: 0, failed: 0, away: 0 };
  const current = notifications.find(({ stoppedAtMs }) => stoppedAtMs === null);
  if (!current) return done;
  // What a run that died has claimed is first: by the text and to the destination that it was claimed for.
  await giveClaimed(ctx, open, current.breachId, notifications, done);
  for (let room = await roomAt(ctx, current); room > 0 && done.away === 0; ) {
    const claimed = await claim(ctx, current, Math.min(room, PAGE_USERS));
    if (claimed === 0) break;
    room -= claimed;
    await giveClaimed(ctx, open, current.breachId, notifications, done);
  }
  return done;
}

/** None where it would deliver nothing. */
async function roomAt(
  { env: { DB } }: Ctx,
  { breachId, projectId, destinationId }: StoredNotification,
): Promise<number> {
  const destination = await findAnyDestination(DB, destinationId);
  if (destination === null || destination.deleted || destination.projectId !== projectId || destination.disabled)
    return 0;
  // It may have been made one since the notification began.
  if (!reachesPeople(destination.definition.kind)) return 0;
  const most = Math.min(MAX_UNDER_WAY, destination.definition.maxPerSecond * SECONDS_BETWEEN_RUNS);
  return most - (await countUnderWay(DB, breachId, destinationId));
}

async function claim(ctx: Ctx, notification: StoredNotification, limit: number): Promise<number> {
  const { DB } = ctx.env;
  const { breachId } = notification;
  const users = await waitingUsers(DB, breachId, limit);
  if (users.length === 0) return 0;
  const named = users.map((user) => ({ ...user, eventId: eventIdOf(breachId, user) }));
  const [claimed] = await auditedBatch(ctx, [claimUsers(DB, notification, named, ctx.nowMs)]);
  // Nobody where it was stopped in this moment.
  return claimed?.meta.changes ? users.length : 0;
}

/** Each page is given, then written as given: a death in between gives it again, under the same ids. */
async function giveClaimed(
  ctx: Ctx,
  open: OpenDestination,
  breachId: string,
  notifications: readonly StoredNotification[],
  done: HandedOver,
): Promise<void> {
  for (;;) {
    const users = await usersIn(ctx.env.DB, breachId, 'claimed', null, PAGE_USERS);
    for (const group of Map.groupBy(
      users,
      ({ destinationId, notification }) => `${destinationId}/${notification}`,
    ).values()) {
      const notification = notifications.find(({ number }) => number === group[0]?.notification);
      if (!notification) throw new Error('somebody was claimed for a notification that is not there');
      const outcome = await give(ctx, open, notification, group);
      if (outcome === 'away') done.away++;
      else done[outcome] += group.length;
    }
    if (users.length < PAGE_USERS || done.away > 0) return;
  }
}

async function give(
  ctx: Ctx,
  open: OpenDestination,
  notification: StoredNotification,
  users: readonly ToldUser[],
): Promise<'queued' | 'failed' | 'away'> {
  const { breachId, destinationId } = notification;
  const events = users.map((user) => eventOf(notification, user));
  const answer = await atDestination(ctx, open, destinationId, (destination) => destination.enqueue(events));
  if (answer === null) return 'away';
  if ('kind' in answer && !(await isDeleted(ctx, destinationId))) return 'away';
  if ('repeated' in answer && answer.repeated > 0) {
    const ids = events.map(({ id }) => id);
    // Of those that it had before: a dead letter is tried again under its id.
    const replayed = await atDestination(ctx, open, destinationId, (destination) =>
      destination.replay({ kind: 'dead', eventIds: ids }),
    );
    if (replayed === null) return 'away';
  }
  const isGiven = !('kind' in answer);
  const outcome = isGiven ? 'queued' : 'failed';
  const problem = isGiven ? null : DELETED;
  const settled = users.map(({ projectId, userId }) => ({
    ...({ projectId, userId, state: outcome, atMs: ctx.nowMs, problem } as const),
  }));
  await auditedBatch(ctx, [settleUsers(ctx.env.DB, breachId, 'claimed', settled)]);
  return outcome;
}

/** An object that knows nothing was not told yet, or is to be forgotten: the register says which. */
async function isDeleted({ env: { DB } }: Ctx, destinationId: string): Promise<boolean> {
  const destination = await findAnyDestination(DB, destinationId);
  return destination === null || destination.deleted;
}
