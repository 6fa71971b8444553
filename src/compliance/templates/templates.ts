import * as z from 'zod';
import { actorId, auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { randomId } from '../../shared/ids.ts';
import { once } from '../../shared/once.ts';
import { type Page, type PageRequest, pageOf } from '../../shared/page.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type CommunicationTemplate, TEMPLATE_PURPOSES, type TemplatePlaceholders } from '../../wire/compliance.ts';
import type { ComplianceError } from '../errors.ts';
import { checkTexts, PLACEHOLDERS } from './placeholders.ts';
import {
  deleteTemplateRow,
  findTemplate,
  insertTemplate,
  listTemplateRows,
  type StoredTemplate,
  saveTemplate,
} from './template-store.ts';

const MAX_TEMPLATES = 1_000;
const MAX_NAME_CHARS = 120;
/** Of a subject and a body as they are written; a mail of more is a letter. */
export const MAX_SUBJECT_CHARS = 300;
export const MAX_BODY_CHARS = 8_000;

const text = (most: number) =>
  z.string().trim().min(1, 'must not be empty').max(most, `must have at most ${most} characters`);

export const subjectSchema = z.lazy(() => text(MAX_SUBJECT_CHARS));
export const bodySchema = z.lazy(() => text(MAX_BODY_CHARS));

const fields = once(() => ({
  name: text(MAX_NAME_CHARS),
  purpose: z.enum(TEMPLATE_PURPOSES),
  subject: subjectSchema,
  body: bodySchema,
}));
export const newTemplateSchema = z.lazy(() => z.strictObject(fields()));
export const changeTemplateSchema = z.lazy(() =>
  z.strictObject({ ...fields(), version: z.int('must be the version that the change was made from') }),
);

interface TemplatePage extends Page<CommunicationTemplate> {
  placeholders: TemplatePlaceholders;
}

type NewTemplate = z.output<typeof newTemplateSchema>;
type TemplateChange = z.output<typeof changeTemplateSchema>;

/** With what each kind of text may name. */
export async function listTemplates(ctx: Ctx, page: PageRequest): Promise<TemplatePage> {
  const { items, nextCursor } = pageOf(await listTemplateRows(ctx.env.DB, page), page.limit);
  return { items: items.map(shown), nextCursor, placeholders: PLACEHOLDERS };
}

/** Errors: invalid, too_many. */
export async function createTemplate(
  ctx: Ctx,
  input: NewTemplate,
): Promise<Result<CommunicationTemplate, ComplianceError>> {
  const errors = checkTexts({ subject: input.subject, body: input.body }, input.purpose);
  if (errors.length > 0) return err({ kind: 'invalid', errors });
  const { nowMs } = ctx;
  const template = {
    ...input,
    id: randomId('tpl'),
    version: 1,
    builtIn: false,
    createdAtMs: nowMs,
    changedAtMs: nowMs,
  };
  const [inserted] = await auditedBatch(ctx, [
    insertTemplate(ctx.env.DB, template, actorId(ctx.actor) ?? '', MAX_TEMPLATES),
    audited(ctx, 'template.create', template),
  ]);
  return inserted?.meta.changes
    ? ok(shown(template))
    : err({ kind: 'too_many', what: 'templates', most: MAX_TEMPLATES });
}

/** Errors: template_not_found, template_built_in, template_changed, invalid. */
export async function changeTemplate(
  ctx: Ctx,
  id: string,
  { version, ...input }: TemplateChange,
): Promise<Result<CommunicationTemplate, ComplianceError>> {
  const errors = checkTexts({ subject: input.subject, body: input.body }, input.purpose);
  if (errors.length > 0) return err({ kind: 'invalid', errors });
  const before = await findTemplate(ctx.env.DB, id);
  if (before === null) return err({ kind: 'template_not_found' });
  if (before.builtIn) return err({ kind: 'template_built_in' });
  const template = { ...before, ...input, version: version + 1, changedAtMs: ctx.nowMs };
  const [saved] = await auditedBatch(ctx, [
    saveTemplate(ctx.env.DB, template, actorId(ctx.actor) ?? ''),
    audited(ctx, 'template.change', template),
  ]);
  if (saved?.meta.changes) return ok(shown(template));
  const now = await findTemplate(ctx.env.DB, id);
  return err(now === null ? { kind: 'template_not_found' } : { kind: 'template_changed', version: now.version });
}

/** What was said with it stays in the log. Errors: template_not_found, template_built_in. */
export async function deleteTemplate(ctx: Ctx, id: string): Promise<Result<null, ComplianceError>> {
  if ((await findTemplate(ctx.env.DB, id))?.builtIn) return err({ kind: 'template_built_in' });
  const [deleted] = await auditedBatch(ctx, [
    deleteTemplateRow(ctx.env.DB, id),
    auditIfChanged(ctx, { action: 'template.delete', target: id, projectId: null, detail: {} }),
  ]);
  return deleted?.meta.changes ? ok(null) : err({ kind: 'template_not_found' });
}

function audited(ctx: Ctx, action: string, { id, name, purpose, version }: StoredTemplate): D1PreparedStatement {
  return auditIfChanged(ctx, { action, target: id, projectId: null, detail: { name, purpose, version } });
}

function shown({ createdAtMs: _, ...template }: StoredTemplate): CommunicationTemplate {
  return template;
}
