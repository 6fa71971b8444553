import type { Admin } from '../../../src/compliance/access.ts';
import { createBreach } from '../../../src/compliance/breaches/register/create.ts';
import { newBreachSchema } from '../../../src/compliance/breaches/register/schema.ts';
import { createTemplate, newTemplateSchema } from '../../../src/compliance/templates/templates.ts';
import { type Answer, callApp, type SignedIn } from './call-app.ts';
import { testCtx } from './context.ts';

/** Of what is asked for, at times that are past. */
export function newBreach(more: Record<string, unknown> = {}): Record<string, unknown> {
  const nowMs = Date.now();
  return {
    ...{
      title: 'Backup left open',
      detectedAtMs: nowMs - 3_600_000,
      awareAtMs: nowMs - 1_800_000,
      regimeIds: ['gdpr'],
    },
    ...more,
  };
}

/** A call of `/api/compliance/…`. */
export function compliance(as: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> {
  return callApp(method, `/api/compliance/${path}`, { as, ...(body === undefined ? {} : { body }) });
}

/** A breach of a project, as an administrator would open it. */
export async function openBreach(projectId: string | null, more: Record<string, unknown> = {}): Promise<string> {
  const actor: Admin = {
    ...({ kind: 'user', userId: 'usr_test', username: 'test', role: 'admin', sessionId: 'ses_test' } as const),
    ...{ provenAtMs: 0, projectIds: null },
  };
  const made = await createBreach(testCtx(), actor, newBreachSchema.parse(newBreach({ projectId, ...more })));
  if (!made.ok) throw new Error(made.error.kind);
  return made.value.id;
}

export async function writeTemplate(more: Record<string, unknown> = {}): Promise<string> {
  const texts = { name: 'First', purpose: 'breach_affected', subject: 'About {{title}}', body: '{{advice}}' };
  const made = await createTemplate(testCtx(), newTemplateSchema.parse({ ...texts, ...more }));
  if (!made.ok) throw new Error(made.error.kind);
  return made.value.id;
}
