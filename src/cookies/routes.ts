import { Hono } from 'hono';
import type { SessionPorts } from '../auth/index.ts';
import type { Ctx } from '../env.ts';
import { answerPreflight, countRefusedKey, readableEverywhere } from '../ingest/index.ts';
import { identify, namedProject, projectProblem } from '../projects/index.ts';
import { type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { analyse } from './analyse.ts';
import { type Identify, telemetryProject } from './caller.ts';
import { sampleOf } from './day.ts';
import { deviceHashOf } from './device.ts';
import { publicSuffixes } from './domain.ts';
import { cookieProblem } from './errors.ts';
import { historyAnswer, readHistoryQuery } from './history.ts';
import { lint } from './lint.ts';
import { noteSample } from './note-sample.ts';
import { lintSchema } from './schema.ts';

/** Takes keys as the write side does, so `identify` does not stand before it. */
export const TELEMETRY_PATH = '/api/fraud/cookie-telemetry';

/** Cookie telemetry with its history, and the linter of `Set-Cookie` lines. */
export function cookieRoutes(sessionPorts: (ctx: Ctx) => SessionPorts): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const middleware = identify({ except: [], largeBodies: [], keyRefused: countRefusedKey, sessionPorts });
  const signedIn: Identify = async (c) => (await middleware(c, async () => undefined)) ?? null;

  routes.options(TELEMETRY_PATH, readableEverywhere, answerPreflight);
  routes.get(TELEMETRY_PATH, readableEverywhere, async function getCookieTelemetry(c) {
    const project = await telemetryProject(c, signedIn);
    if (project instanceof Response) return project;
    if (!project.ok) return refuse(c, cookieProblem(project.error));
    const ctx = c.get('ctx');
    const [header, url] = [c.req.header('cookie') ?? '', new URL(c.req.url)];
    const telemetry = analyse(header, url);
    noteSample(ctx, project.value, sampleOf(telemetry, deviceHashOf(header, url), ctx.nowMs));
    return c.json(telemetry);
  });

  routes.get(`${TELEMETRY_PATH}/history`, async function getCookieHistory(c) {
    const ctx = c.get('ctx');
    const project = await namedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    const query = readHistoryQuery(c.req.query(), ctx);
    if (!query.ok) return refuse(c, query.error);
    const rows = await ctx.env.FRAUD.getByName(project.value).cookieHistory(query.value);
    return c.json(historyAnswer(rows, query.value.limit));
  });

  routes.post('/api/fraud/cookies/lint', async function postCookieLint(c) {
    const ctx = c.get('ctx');
    // Nothing of the project is read: who may read one may ask.
    const project = await namedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    const body = await readJsonBody(c.req.raw, lintSchema);
    if (!body.ok) return refuse(c, body.error);
    const { setCookie, url, thirdParty } = body.value;
    const context = { url: new URL(url), thirdParty, nowMs: ctx.nowMs, isPublicSuffix: await publicSuffixes() };
    return c.json({ items: setCookie.map((line) => ({ setCookie: line, ...lint(line, context) })) });
  });

  return routes;
}
