import { auditedBatch, auditStatement } from '../../../audit/index.ts';
import type { OpenDestination } from '../../../delivery/index.ts';
import type { Ctx } from '../../../env.ts';
import { findBreachRow } from '../register/store.ts';
import { handOver } from './hand-over.ts';
import { breachesInWork, listNotificationRows, noteWorked } from './notification-store.ts';
import { fetchReceipts } from './receipts.ts';

/** Some 140 statements: ten pages of receipts, and as many of users that are claimed and handed over. Several breaches take turns. */
const BREACHES_PER_RUN = 1;

/**
 * The job breach_notify: tells each user who is affected, through the destination of the notification, and fetches what became of it. What is to be done next is
 * always in the rows; the same user has the same event, so that nobody is told twice and nobody is left out, whatever dies.
 */
export async function runNotifications(ctx: Ctx, open: OpenDestination): Promise<Record<string, number>> {
  const all = { breaches: 0, queued: 0, delivered: 0, failed: 0, away: 0 };
  for (const breachId of await breachesInWork(ctx.env.DB, BREACHES_PER_RUN)) {
    const breach = await findBreachRow(ctx.env.DB, breachId);
    if (breach === null) continue;
    const receipts = await fetchReceipts(ctx, open, breachId);
    const given = await handOver(ctx, open, await listNotificationRows(ctx.env.DB, breachId));
    const { queued } = given;
    const [delivered, failed] = [receipts.delivered, receipts.failed + given.failed];
    const detail = { queued, delivered, failed };
    const isNews = queued + delivered + failed > 0;
    await auditedBatch(ctx, [
      noteWorked(ctx.env.DB, breachId, ctx.nowMs),
      ...(isNews
        ? [auditStatement(ctx, { action: 'breach.told', target: breachId, projectId: breach.projectId, detail })]
        : []),
    ]);
    all.breaches++;
    all.queued += queued;
    all.delivered += delivered;
    all.failed += failed;
    all.away += receipts.away + given.away;
  }
  return all;
}
