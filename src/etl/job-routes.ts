import { Hono } from 'hono';
import * as z from 'zod';
import { idempotencyKeyOf, type Sender } from '../ingest/index.ts';
import type { ProjectAction } from '../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { parsePage } from '../shared/page.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { EtlJob } from '../wire/etl-job.ts';
import { answerStart } from './answer.ts';
import { accountOf, projectOf } from './caller.ts';
import { type EtlError, etlProblem } from './errors.ts';
import { findJob, listJobs } from './job-store.ts';
import { rejectTexts, resendRejects } from './resend.ts';
import { streamOf } from './stream-texts.ts';

const deny = (c: AppContext, error: EtlError): Response => refuse(c, etlProblem(error));
export const resendSchema = z.lazy(() => z.strictObject({ schemaVersion: z.int().min(0).nullish() }));

export function jobRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/etl/jobs', async function getJobs(c) {
    const ctx = c.get('ctx');
    const project = await projectOf(c, c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const page = parsePage({ limit: c.req.query('limit') ?? '100', cursor: c.req.query('cursor') });
    if (!page.ok) return refuse(c, page.error);
    return c.json(await listJobs(ctx.env.DB, project.value, page.value, ctx.nowMs));
  });
  routes.get('/api/etl/jobs/:id', async function getJob(c) {
    const job = await jobFor(c, c.req.param('id'), 'read');
    return job.ok ? c.json(job.value.job) : deny(c, job.error);
  });
  routes.get('/api/etl/jobs/:id/rejects', async function getRejects(c) {
    const job = await jobFor(c, c.req.param('id'), 'export');
    if (!job.ok) return deny(c, job.error);
    return new Response(streamOf(rejectTexts(c.get('ctx'), job.value.job)), {
      headers: {
        'content-type': 'application/x-ndjson',
        'content-disposition': `attachment; filename="breakwater-${job.value.job.id}-rejects.ndjson"`,
      },
    });
  });
  routes.post('/api/etl/jobs/:id/resend', async function postResend(c) {
    const startedMs = performance.now();
    const elapsedMs = () => performance.now() - startedMs;
    const found = await jobFor(c, c.req.param('id'), 'write');
    if (!found.ok) return deny(c, found.error);
    const idempotencyKey = idempotencyKeyOf(c);
    if (!idempotencyKey.ok) return deny(c, { kind: 'ingest', error: idempotencyKey.error });
    if (idempotencyKey.value === null) return deny(c, { kind: 'idempotency_key_missing' });
    const body = await readJsonBody(c.req.raw, resendSchema);
    if (!body.ok) return refuse(c, body.error);
    const { job, projectId } = found.value;
    const sender: Sender = { projectId, keyId: accountOf(c), streams: null, recordsPerDay: null, browser: null };
    const resent = await resendRejects(c.get('ctx'), job, {
      sender,
      userAgent: c.req.header('user-agent') ?? '',
      schemaVersion: body.value.schemaVersion ?? null,
      idempotencyKey: idempotencyKey.value,
      elapsedMs,
    });
    return answerStart(c, sender, resent, elapsedMs);
  });
  return routes;
}

async function jobFor(
  c: AppContext,
  id: string,
  action: ProjectAction,
): Promise<Result<{ job: EtlJob; projectId: string }, EtlError>> {
  const ctx = c.get('ctx');
  const project = await projectOf(c, c.req.query('project'), action);
  if (!project.ok) return project;
  const job = await findJob(ctx.env.DB, project.value, id, ctx.nowMs);
  return job ? ok({ job, projectId: project.value }) : err({ kind: 'job_not_found' });
}
