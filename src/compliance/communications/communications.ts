import * as z from 'zod';
import { auditedBatch, auditStatement } from '../../audit/index.ts';
import { renderPlainText } from '../../delivery/index.ts';
import type { Ctx } from '../../env.ts';
import { randomId } from '../../shared/ids.ts';
import { type Page, type PageRequest, pageOf } from '../../shared/page.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { timeSchema } from '../../shared/time-schema.ts';
import { CHANNELS, type Communication } from '../../wire/compliance.ts';
import type { JsonObject } from '../../wire/record.ts';
import type { Admin } from '../access.ts';
import type { ComplianceError } from '../errors.ts';
import { findTemplate } from '../templates/template-store.ts';
import { type CommunicationOrder, insertCommunication, listCommunicationRows } from './communication-store.ts';
import type { Subject } from './subject.ts';

const MAX_RECIPIENT_CHARS = 300;
const MAX_SUBJECT_CHARS = 1_000;
/** As it was sent: a template with the facts of a breach in it is longer than the template. */
const MAX_BODY_CHARS = 30_000;

const text = (most: number) =>
  z.string().trim().min(1, 'must not be empty').max(most, `must have at most ${most} characters`);

export const communicationSchema = z.lazy(() =>
  z.strictObject({
    recipient: text(MAX_RECIPIENT_CHARS),
    channel: z.enum(CHANNELS),
    templateId: z.string().nullable().default(null),
    subject: text(MAX_SUBJECT_CHARS),
    body: text(MAX_BODY_CHARS),
    /** When it was said; left out: now. */
    atMs: timeSchema.nullable().default(null),
  }),
);

export async function listCommunications(
  ctx: Ctx,
  subject: Subject,
  order: CommunicationOrder,
  page: { limit: number; after: PageRequest['after'] | null },
): Promise<Page<Communication>> {
  const rows = await listCommunicationRows(ctx.env.DB, subject.id, order, page);
  const { items, nextCursor } = pageOf(
    rows.map((said) => ({ ...said, createdAtMs: said.atMs })),
    page.limit,
  );
  return { items: items.map(({ createdAtMs: _, ...said }) => said), nextCursor };
}

/** Kept as it was said, for good. Errors: template_not_found, invalid. */
export async function addCommunication(
  ctx: Ctx,
  admin: Admin,
  subject: Subject,
  { atMs, ...input }: z.output<typeof communicationSchema>,
): Promise<Result<Communication, ComplianceError>> {
  const { DB } = ctx.env;
  if (atMs !== null && atMs > ctx.nowMs)
    return err({ kind: 'invalid', errors: [{ pointer: '/atMs', reason: 'must not be in the future' }] });
  if (input.templateId !== null && (await findTemplate(DB, input.templateId)) === null)
    return err({ kind: 'template_not_found' });
  const said: Communication = {
    ...{ id: randomId('com'), subjectId: subject.id, atMs: atMs ?? ctx.nowMs, recordedAtMs: ctx.nowMs },
    ...{ by: admin.userId, byName: admin.username },
    ...input,
  };
  const { id, channel, templateId } = said;
  await auditedBatch(ctx, [
    insertCommunication(DB, said),
    // To whom and what is not for the trail, of which nothing can be erased.
    auditStatement(ctx, {
      ...{ action: 'communication.add', target: subject.id, projectId: subject.projectId },
      detail: { communication: id, channel, templateId, atMs: said.atMs },
    }),
  ]);
  return ok(said);
}

/** A template with what is known of the subject. Errors: template_not_found, invalid (it is for something else). */
export async function draft(
  ctx: Ctx,
  { purposes, values }: Subject,
  templateId: string,
): Promise<Result<{ subject: string; body: string }, ComplianceError>> {
  const template = await findTemplate(ctx.env.DB, templateId);
  if (template === null) return err({ kind: 'template_not_found' });
  if (!purposes.includes(template.purpose))
    return err({ kind: 'invalid', errors: [{ pointer: '/template', reason: `must be for ${purposes.join(' or ')}` }] });
  return rendered(template, values);
}

/** Error: invalid. */
export function rendered(
  texts: { subject: string; body: string },
  values: JsonObject,
): Result<{ subject: string; body: string }, ComplianceError> {
  const [subject, body] = [renderPlainText(texts.subject, values), renderPlainText(texts.body, values)];
  if (!subject.ok) return err({ kind: 'invalid', errors: [{ pointer: '/subject', reason: subject.error.reason }] });
  if (!body.ok) return err({ kind: 'invalid', errors: [{ pointer: '/body', reason: body.error.reason }] });
  return ok({ subject: subject.value, body: body.value });
}
