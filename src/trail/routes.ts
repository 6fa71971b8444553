import { Hono } from 'hono';
import * as z from 'zod';
import { auditedBatch, auditStatement } from '../audit/index.ts';
import { requireRecentProof, requireRole } from '../auth/index.ts';
import type { Ctx } from '../env.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { invalidInput } from '../shared/problem.ts';
import { err, type Result } from '../shared/result.ts';
import { reasonSchema } from '../shared/text-schema.ts';
import { pageOfCheckpoints } from './checkpoints/list-checkpoints.ts';
import { type TrailError, trailProblem } from './errors.ts';
import { acknowledgeFinding } from './findings/acknowledge.ts';
import { acceptGap } from './gap/accept-gap.ts';
import { listKeys } from './keys/list-keys.ts';
import { type ExportFormat, exportEntries } from './list/export.ts';
import { readEntryQuery } from './list/filter.ts';
import { listEntries } from './list/list.ts';
import { proveEntry } from './proof.ts';
import { sealNow } from './seal/job.ts';
import { trailStatus } from './status.ts';
import { pageOfChanges } from './structure/list-changes.ts';
import { verifyNow } from './verify/verify.ts';

const MAX_FINDING_ID_CHARS = 200;

export const gapSchema = z.lazy(() => z.strictObject({ toSeq: z.int().positive(), reason: reasonSchema }));

export const acknowledgeSchema = z.lazy(() =>
  z.strictObject({ findingId: z.string().min(1).max(MAX_FINDING_ID_CHARS), reason: reasonSchema }),
);

const deny = (c: AppContext, error: TrailError): Response => refuse(c, trailProblem(error));

function admin(c: AppContext): Result<unknown, TrailError> {
  const user = requireRole(c.get('ctx'), 'admin');
  return user.ok ? user : err({ kind: 'auth', error: user.error });
}

/** `/api/audit`: the trail of the whole deployment, for administrators. */
export function trailRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/audit', async function getEntries(c) {
    const caller = admin(c);
    if (!caller.ok) return deny(c, caller.error);
    const query = readEntryQuery(c.req.query());
    return query.ok ? c.json(await listEntries(c.get('ctx'), query.value)) : deny(c, query.error);
  });

  routes.get('/api/audit/export', async function exportTrail(c) {
    const caller = admin(c);
    if (!caller.ok) return deny(c, caller.error);
    const query = readEntryQuery(c.req.query());
    if (!query.ok) return deny(c, query.error);
    const format = c.req.query('format') || 'ndjson';
    if (format !== 'ndjson' && format !== 'csv') {
      return refuse(c, invalidInput([{ pointer: '/format', reason: 'must be one of ndjson, csv' }]));
    }
    return await exported(exportEntries(c.get('ctx'), query.value.filter, format), format);
  });

  routes.get('/api/audit/status', async function getStatus(c) {
    const caller = admin(c);
    return caller.ok ? c.json(await trailStatus(c.get('ctx'))) : deny(c, caller.error);
  });

  routes.post('/api/audit/seal', async function postSeal(c) {
    const caller = admin(c);
    if (!caller.ok) return deny(c, caller.error);
    await noteAsked(c.get('ctx'), 'audit.seal');
    const { outcome } = await sealNow(c.get('ctx'));
    if (outcome.kind === 'refused') return deny(c, { kind: 'trail_not_sealed', detail: outcome.finding.detail });
    return c.json(await trailStatus(c.get('ctx')));
  });

  routes.post('/api/audit/verify', async function postVerify(c) {
    const caller = admin(c);
    if (!caller.ok) return deny(c, caller.error);
    await noteAsked(c.get('ctx'), 'audit.verify');
    await verifyNow(c.get('ctx'));
    return c.json(await trailStatus(c.get('ctx')));
  });

  routes.post('/api/audit/gap', async function postGap(c) {
    const ctx = c.get('ctx');
    const caller = admin(c);
    if (!caller.ok) return deny(c, caller.error);
    const body = await readJsonBody(c.req.raw, gapSchema);
    if (!body.ok) return refuse(c, body.error);
    const proof = requireRecentProof(ctx);
    if (!proof.ok) return deny(c, { kind: 'auth', error: proof.error });
    const gap = await acceptGap(ctx, body.value.toSeq, body.value.reason);
    return gap.ok ? c.json(gap.value) : deny(c, gap.error);
  });

  routes.post('/api/audit/acknowledge', async function postAcknowledge(c) {
    const ctx = c.get('ctx');
    const caller = admin(c);
    if (!caller.ok) return deny(c, caller.error);
    const body = await readJsonBody(c.req.raw, acknowledgeSchema);
    if (!body.ok) return refuse(c, body.error);
    const proof = requireRecentProof(ctx);
    if (!proof.ok) return deny(c, { kind: 'auth', error: proof.error });
    const done = await acknowledgeFinding(ctx, body.value.findingId, body.value.reason);
    return done.ok ? c.json(await trailStatus(ctx)) : deny(c, done.error);
  });

  routes.get('/api/audit/proof/:seq', async function getProof(c) {
    const caller = admin(c);
    if (!caller.ok) return deny(c, caller.error);
    const seq = c.req.param('seq');
    if (!/^[1-9]\d{0,14}$/.test(seq)) return deny(c, { kind: 'entry_not_found' });
    const proof = await proveEntry(c.get('ctx'), Number(seq));
    return proof.ok ? c.json(proof.value) : deny(c, proof.error);
  });

  routes.get('/api/audit/checkpoints', async function getCheckpoints(c) {
    const caller = admin(c);
    if (!caller.ok) return deny(c, caller.error);
    const page = await pageOfCheckpoints(c.get('ctx'), c.req.query());
    return page.ok ? c.json(page.value) : refuse(c, page.error);
  });

  routes.get('/api/audit/schema-changes', async function getSchemaChanges(c) {
    const caller = admin(c);
    if (!caller.ok) return deny(c, caller.error);
    const page = await pageOfChanges(c.get('ctx'), c.req.query());
    return page.ok ? c.json(page.value) : refuse(c, page.error);
  });

  // Public by nature: whoever holds a checkpoint needs them. To whoever is signed in, so that strangers learn nothing of when secrets were changed.
  routes.get('/api/audit/keys', async function getKeys(c) {
    const user = requireRole(c.get('ctx'), 'viewer');
    if (!user.ok) return deny(c, { kind: 'auth', error: user.error });
    return c.json({ items: await listKeys(c.get('ctx')), nextCursor: null });
  });

  return routes;
}

/** Who asked for it is in the trail before it is done, and nothing is where the session has ended. */
async function noteAsked(ctx: Ctx, action: 'audit.seal' | 'audit.verify'): Promise<void> {
  await auditedBatch(ctx, [auditStatement(ctx, { action, target: 'audit', projectId: null, detail: {} })]);
}

const TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
};

/** The first piece is there before anything is said, so that a store that is away can still be told by the status. */
async function exported(pieces: AsyncGenerator<string>, format: ExportFormat): Promise<Response> {
  const encoder = new TextEncoder();
  let next = await pieces.next();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next.done) return controller.close();
      controller.enqueue(encoder.encode(next.value));
      next = await pieces.next();
    },
    cancel: async () => void (await pieces.return(undefined)),
  });
  const headers = { 'content-type': TYPES[format], 'content-disposition': `attachment; filename="audit.${format}"` };
  return new Response(body, { headers });
}
