import { Hono } from 'hono';
import * as z from 'zod';
import { authProblem, requireRecentProof } from '../auth/index.ts';
import { namedProject, type ProjectAction } from '../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { optionalTextSchema } from '../shared/text-schema.ts';
import { timeSchema } from '../shared/time-schema.ts';
import { changeSettings } from './change-settings.ts';
import { decideReview } from './decide-review.ts';
import { dryRun } from './dry-run.ts';
import { listReviews } from './list-reviews.ts';
import { readSettings } from './read-settings.ts';
import { type RiskError, riskProblem } from './risk-errors.ts';
import type { OpenRiskObject, ReviewStatus } from './risk-object.ts';
import { ruleQuality } from './rule-quality.ts';
import { changeSettingsSchema, triedSettingsSchema } from './settings-schema.ts';

const MAX_PAGE_REVIEWS = 200;
const DEFAULT_PAGE_REVIEWS = 50;

export const verdictSchema = z.lazy(() =>
  z.strictObject({
    verdict: z.enum(['fraud', 'legitimate', 'unsure']),
    note: optionalTextSchema(),
  }),
);

const time = z.lazy(() => timeSchema.nullable().default(null));

export const dryRunSchema = z.lazy(() => z.strictObject({ settings: triedSettingsSchema, from: time, to: time }));

const deny = (c: AppContext, error: RiskError): Response => refuse(c, riskProblem(error));

/** `/api/fraud/rules` and `/api/fraud/reviews`. */
export function riskRoutes(open: OpenRiskObject): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/fraud/rules', async function getRules(c) {
    const project = await granted(c, 'read');
    if (!project.ok) return deny(c, project.error);
    return c.json(await readSettings(c.get('ctx'), project.value));
  });

  routes.put('/api/fraud/rules', async function putRules(c) {
    const project = await granted(c, 'admin');
    if (!project.ok) return deny(c, project.error);
    const ctx = c.get('ctx');
    // Rules that let everything through are what a thief would want of a borrowed session.
    const proof = requireRecentProof(ctx);
    if (!proof.ok) return refuse(c, authProblem(proof.error));
    const body = await readJsonBody(c.req.raw, changeSettingsSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await changeSettings(ctx, open(ctx, project.value), project.value, body.value);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  // It changes nothing, but it keeps the project's object busy for seconds.
  routes.post('/api/fraud/rules/dry-run', async function postDryRun(c) {
    const startedMs = performance.now();
    const project = await granted(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, dryRunSchema);
    if (!body.ok) return refuse(c, body.error);
    const { settings, from, to } = body.value;
    const tried = { settings, fromMs: from, toMs: to };
    const ctx = c.get('ctx');
    // The clock stands still between calls (see requestContext), which is where the time goes.
    const elapsedMs = () => performance.now() - startedMs;
    const done = await dryRun(ctx, open(ctx, project.value), project.value, tried, elapsedMs);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  routes.get('/api/fraud/rules/quality', async function getQuality(c) {
    const project = await granted(c, 'read');
    if (!project.ok) return deny(c, project.error);
    return c.json({ items: await ruleQuality(open(c.get('ctx'), project.value)), nextCursor: null });
  });

  routes.get('/api/fraud/reviews', async function getReviews(c) {
    const project = await granted(c, 'read');
    if (!project.ok) return deny(c, project.error);
    const query = reviewQuery(c.req.query());
    if (!query.ok) return deny(c, query.error);
    const ctx = c.get('ctx');
    return c.json(await listReviews(ctx, open(ctx, project.value), project.value, query.value));
  });

  routes.post('/api/fraud/reviews/:eventId', async function postVerdict(c) {
    const project = await granted(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, verdictSchema);
    if (!body.ok) return refuse(c, body.error);
    const ctx = c.get('ctx');
    const object = open(ctx, project.value);
    const done = await decideReview(ctx, object, project.value, c.req.param('eventId'), body.value);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  return routes;
}

async function granted(c: AppContext, action: ProjectAction): Promise<Result<string, RiskError>> {
  const project = await namedProject(c.get('ctx'), c.req.query('project'), action);
  return project.ok ? project : err({ kind: 'project', error: project.error });
}

function reviewQuery({
  status = 'open',
  limit,
  cursor,
}: Record<string, string | undefined>): Result<
  { status: ReviewStatus; limit: number; cursor: string | null },
  RiskError
> {
  const errors: { pointer: string; reason: string }[] = [];
  if (status !== 'open' && status !== 'decided')
    errors.push({ pointer: '/status', reason: 'must be one of open, decided' });
  const count = limit === undefined ? DEFAULT_PAGE_REVIEWS : /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > MAX_PAGE_REVIEWS) {
    errors.push({ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_PAGE_REVIEWS}` });
  }
  // The object's own, which is the number of a row.
  if (cursor && !/^\d{1,16}$/.test(cursor)) {
    errors.push({ pointer: '/cursor', reason: 'must be a nextCursor of this list' });
  }
  if (errors.length > 0) return err({ kind: 'invalid', errors });
  return ok({ status: status as ReviewStatus, limit: count, cursor: cursor || null });
}
