import * as z from 'zod';
import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import { findAnyDestination, reachesPeople } from '../../../delivery/index.ts';
import type { Ctx } from '../../../env.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { BreachNotification } from '../../../wire/compliance.ts';
import type { JsonObject } from '../../../wire/record.ts';
import { type Admin, admittedTo } from '../../access.ts';
import { rendered } from '../../communications/communications.ts';
import { timeZoneOf } from '../../communications/subject.ts';
import type { ComplianceError } from '../../errors.ts';
import { breachValues, checkTexts } from '../../templates/placeholders.ts';
import { bodySchema, subjectSchema } from '../../templates/templates.ts';
import { findBreach } from '../register/read.ts';
import { findBreachRow, findTotals, type StoredBreach } from '../register/store.ts';
import {
  insertNotification,
  listNotificationRows,
  noteNotifications,
  type StoredNotification,
  stopNotification,
  stopOlder,
} from './notification-store.ts';
import { retryFailed } from './user-store.ts';

/** With the facts of the breach in it, for each of the hundreds of users that are handed over at once. */
const MAX_RENDERED_CHARS = 16_000;
const MAX_NOTIFICATIONS = 100;

export const notifySchema = z.lazy(() =>
  z.strictObject({
    destinationId: z.string().min(1).max(64),
    subject: subjectSchema,
    body: bodySchema,
  }),
);
type NotifyInput = z.output<typeof notifySchema>;

/**
 * Begins, or goes on with, telling each user who is affected and was not told yet; who could not be told is tried again. Errors: breach_not_found, breach_resolved,
 * nobody_affected, invalid, too_many.
 */
export async function startNotification(
  ctx: Ctx,
  admin: Admin,
  breachId: string,
  input: NotifyInput,
): Promise<Result<BreachNotification, ComplianceError>> {
  const { DB } = ctx.env;
  const breach = await findBreach(ctx, breachId);
  if (!breach.ok) return breach;
  if (breach.value.state === 'resolved') return err({ kind: 'breach_resolved' });
  const projectId = await destinationProject(ctx, breach.value, input.destinationId);
  if (!projectId.ok) return projectId;
  const facts = breachValues(breach.value, await timeZoneOf(ctx, breach.value.regimes[0]));
  const fault = textFault(facts, input);
  if (fault !== null) return err(fault);
  const totals = (await findTotals(DB, [breachId])).get(breachId);
  if (!totals || totals.users === 0) return err({ kind: 'nobody_affected' });
  const [newest] = await listNotificationRows(DB, breachId);
  if (newest && isSame(newest, input, facts) && totals.failed === 0) return ok(shownNotification(newest));
  const number = (newest?.number ?? 0) + 1;
  if (number > MAX_NOTIFICATIONS)
    return err({ kind: 'too_many', what: 'notifications of a breach', most: MAX_NOTIFICATIONS });
  const notification: StoredNotification = {
    ...{ breachId, number, projectId: projectId.value, facts, ...input },
    ...{ startedAtMs: ctx.nowMs, startedByName: admin.username, stoppedAtMs: null },
  };
  const { destinationId, subject, body } = input;
  const [inserted] = await auditedBatch(ctx, [
    insertNotification(DB, notification, admin.userId),
    auditIfChanged(ctx, {
      ...{ action: 'breach.notify', target: breachId, projectId: breach.value.projectId },
      detail: { number, destinationId, subject, body },
    }),
    stopOlder(DB, breachId, ctx.nowMs),
    noteNotifications(DB, breachId),
    retryFailed(DB, breachId),
  ]);
  if (inserted?.meta.changes) return ok(shownNotification(notification));
  const now = await findBreachRow(DB, breachId);
  if (now?.state === 'resolved') return err({ kind: 'breach_resolved' });
  // Somebody else began one in this moment: that is the one.
  const [theirs] = await listNotificationRows(DB, breachId);
  return theirs ? ok(shownNotification(theirs)) : err({ kind: 'breach_not_found' });
}

/** What is at the destination by then is delivered: it cannot be taken back. Errors: breach_not_found, not_notifying. */
export async function stopNotifying(ctx: Ctx, breachId: string): Promise<Result<BreachNotification, ComplianceError>> {
  const { DB } = ctx.env;
  const breach = await findBreach(ctx, breachId);
  if (!breach.ok) return breach;
  const [stopped] = await auditedBatch(ctx, [
    stopNotification(DB, breachId, ctx.nowMs),
    auditIfChanged(ctx, {
      ...{ action: 'breach.notify_stop', target: breachId, projectId: breach.value.projectId },
      detail: {},
    }),
    noteNotifications(DB, breachId),
  ]);
  if (!stopped?.meta.changes) return err({ kind: 'not_notifying' });
  const [newest] = await listNotificationRows(DB, breachId);
  return newest ? ok(shownNotification(newest)) : err({ kind: 'not_notifying' });
}

/** The newest first. Error: breach_not_found. */
export async function listNotifications(
  ctx: Ctx,
  breachId: string,
): Promise<Result<BreachNotification[], ComplianceError>> {
  const breach = await findBreach(ctx, breachId);
  if (!breach.ok) return breach;
  return ok((await listNotificationRows(ctx.env.DB, breachId)).map(shownNotification));
}

/** Users of a project are told through a destination of it; those of the whole deployment through any that the caller may administer. */
async function destinationProject(
  ctx: Ctx,
  breach: StoredBreach,
  destinationId: string,
): Promise<Result<string, ComplianceError>> {
  const wrong = (reason: string): Result<never, ComplianceError> =>
    err({ kind: 'invalid', errors: [{ pointer: '/destinationId', reason }] });
  const found = await findAnyDestination(ctx.env.DB, destinationId);
  const isOurs = found !== null && (breach.projectId === null || found.projectId === breach.projectId);
  if (!isOurs || found.deleted) return wrong('no destination of the project has that id');
  const access = await admittedTo(ctx, found.projectId);
  if (!access.ok) return wrong('no destination of the project has that id');
  if (!reachesPeople(found.definition.kind))
    return wrong('posts into a chat channel, where others would read who is affected: choose a webhook or e-mail');
  return found.disabled ? wrong('is disabled: it would deliver nothing') : ok(found.projectId);
}

function textFault(facts: JsonObject, { subject, body }: NotifyInput): ComplianceError | null {
  const errors = checkTexts({ subject, body }, 'breach_affected');
  if (errors.length > 0) return { kind: 'invalid', errors };
  const tried = rendered({ subject, body }, { ...facts, userId: 'u'.repeat(256) });
  if (!tried.ok) return tried.error;
  if (tried.value.subject.length + tried.value.body.length <= MAX_RENDERED_CHARS) return null;
  const reason = `must have at most ${MAX_RENDERED_CHARS} characters together with the subject, with the facts of the breach filled in`;
  return { kind: 'invalid', errors: [{ pointer: '/body', reason }] };
}

function isSame(newest: StoredNotification, { destinationId, subject, body }: NotifyInput, facts: JsonObject): boolean {
  if (newest.stoppedAtMs !== null || JSON.stringify(newest.facts) !== JSON.stringify(facts)) return false;
  return newest.destinationId === destinationId && newest.subject === subject && newest.body === body;
}

function shownNotification(notification: StoredNotification): BreachNotification {
  const { number, destinationId, subject, body, startedAtMs, startedByName, stoppedAtMs } = notification;
  return { number, destinationId, subject, body, startedAtMs, startedByName, stoppedAtMs };
}
