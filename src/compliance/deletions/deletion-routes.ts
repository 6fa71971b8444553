import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../../shared/http.ts';
import { readJsonBody } from '../../shared/json-body.ts';
import { readCursor } from '../../shared/page.ts';
import { invalidInput } from '../../shared/problem.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { DELETION_STATES, type DeletionState } from '../../wire/compliance.ts';
import { type Admin, admitted, admittedTo, proven } from '../access.ts';
import { documentAnswer, htmlOf } from '../document.ts';
import { type ComplianceError, complianceProblem } from '../errors.ts';
import { receiptDocument } from './receipt/document.ts';
import { receiptOf } from './receipt/receipt.ts';
import { createDeletion } from './requests/create.ts';
import { cancelDeletion, executeDeletion } from './requests/decide.ts';
import { addHold, releaseDeletionHold } from './requests/holds.ts';
import { grantedRequest, listDeletions, readDeletion } from './requests/read.ts';
import { cancelSchema, deletionSchema, holdSchema } from './requests/schema.ts';
import type { StoredRequest } from './store/request-store.ts';

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

const deny = (c: AppContext, error: ComplianceError): Response => refuse(c, complianceProblem(error));

/** `/api/compliance/deletions`. */
export function deletionRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/compliance/deletions', async function getDeletions(c) {
    const ctx = c.get('ctx');
    const admin = admitted(ctx);
    if (!admin.ok) return deny(c, admin.error);
    const query = listQuery(c.req.query());
    if (!query.ok) return deny(c, query.error);
    const { projectId, state, ...page } = query.value;
    const granted = await admittedTo(ctx, projectId);
    if (!granted.ok) return deny(c, granted.error);
    return c.json(await listDeletions(ctx, { projectId, state }, page));
  });

  routes.post('/api/compliance/deletions', async function postDeletion(c) {
    const ctx = c.get('ctx');
    const admin = admitted(ctx);
    if (!admin.ok) return deny(c, admin.error);
    const body = await readJsonBody(c.req.raw, deletionSchema);
    if (!body.ok) return refuse(c, body.error);
    const granted = await admittedTo(ctx, body.value.projectId);
    if (!granted.ok) return deny(c, granted.error);
    const done = await createDeletion(ctx, admin.value, body.value);
    return done.ok ? shown(c, done.value, 201) : deny(c, done.error);
  });

  routes.get('/api/compliance/deletions/:id', async function getDeletion(c) {
    const request = await granted(c, { proof: false });
    return request.ok ? shown(c, request.value.request.id, 200) : deny(c, request.error);
  });

  routes.post('/api/compliance/deletions/:id/cancel', async function postCancel(c) {
    const found = await granted(c, { proof: true });
    if (!found.ok) return deny(c, found.error);
    const body = await readJsonBody(c.req.raw, cancelSchema);
    if (!body.ok) return refuse(c, body.error);
    const { request } = found.value;
    const done = await cancelDeletion(c.get('ctx'), request, body.value.reason);
    return done.ok ? shown(c, request.id, 200) : deny(c, done.error);
  });

  routes.post('/api/compliance/deletions/:id/execute', async function postExecute(c) {
    const found = await granted(c, { proof: true });
    if (!found.ok) return deny(c, found.error);
    const { request } = found.value;
    const done = await executeDeletion(c.get('ctx'), request);
    return done.ok ? shown(c, request.id, 200) : deny(c, done.error);
  });

  routes.post('/api/compliance/deletions/:id/holds', async function postHold(c) {
    const found = await granted(c, { proof: true });
    if (!found.ok) return deny(c, found.error);
    const body = await readJsonBody(c.req.raw, holdSchema);
    if (!body.ok) return refuse(c, body.error);
    const { admin, request } = found.value;
    const done = await addHold(c.get('ctx'), admin, request, body.value);
    return done.ok ? shown(c, request.id, 201) : deny(c, done.error);
  });

  routes.post('/api/compliance/deletions/:id/holds/:hold/release', async function postRelease(c) {
    const found = await granted(c, { proof: true });
    if (!found.ok) return deny(c, found.error);
    const { admin, request } = found.value;
    const done = await releaseDeletionHold(c.get('ctx'), admin, request, c.req.param('hold'));
    return done.ok ? shown(c, request.id, 200) : deny(c, done.error);
  });

  routes.get('/api/compliance/deletions/:id/receipt', async function getReceipt(c) {
    const found = await granted(c, { proof: false });
    if (!found.ok) return deny(c, found.error);
    const format = c.req.query('format') ?? 'json';
    if (format !== 'json' && format !== 'html')
      return refuse(c, invalidInput([{ pointer: '/format', reason: 'must be one of html, json' }]));
    const receipt = await receiptOf(c.get('ctx'), found.value.request);
    if (!receipt.ok) return deny(c, receipt.error);
    if (format === 'json') return c.json(receipt.value);
    return documentAnswer(c, htmlOf(receiptDocument(receipt.value)), `receipt-${receipt.value.requestId}.html`);
  });

  return routes;
}

async function granted(
  c: AppContext,
  { proof }: { proof: boolean },
): Promise<Result<{ admin: Admin; request: StoredRequest }, ComplianceError>> {
  const ctx = c.get('ctx');
  const admin = admitted(ctx);
  if (!admin.ok) return admin;
  const request = await grantedRequest(ctx, c.req.param('id') ?? '');
  if (!request.ok) return request;
  const proved = proof ? proven(ctx) : ok(null);
  return proved.ok ? ok({ admin: admin.value, request: request.value }) : proved;
}

async function shown(c: AppContext, id: string, status: 200 | 201): Promise<Response> {
  const view = await readDeletion(c.get('ctx'), id);
  return view.ok ? c.json(view.value, status) : deny(c, view.error);
}

function listQuery({ project, state, limit, cursor }: Record<string, string | undefined>): Result<
  {
    projectId: string | null;
    state: DeletionState | null;
    limit: number;
    before: { createdAtMs: number; id: string } | null;
  },
  ComplianceError
> {
  const errors: { pointer: string; reason: string }[] = [];
  const isState = (text: string): text is DeletionState => (DELETION_STATES as readonly string[]).includes(text);
  if (state && !isState(state))
    errors.push({ pointer: '/state', reason: `must be one of ${DELETION_STATES.join(', ')}` });
  const count = limit === undefined ? DEFAULT_PAGE : /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > MAX_PAGE)
    errors.push({ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_PAGE}` });
  const before = cursor ? readCursor(cursor) : null;
  if (cursor && before === null) errors.push({ pointer: '/cursor', reason: 'must be a nextCursor of this list' });
  if (errors.length > 0) return err({ kind: 'invalid', errors });
  return ok({ projectId: project || null, state: (state as DeletionState) || null, limit: count, before });
}
