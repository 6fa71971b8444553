import { Hono, type MiddlewareHandler } from 'hono';
import { authProblem, changesState, requireRecentProof, requireRole, type SessionPorts } from '../auth/index.ts';
import { type Ctx, clockNowMs } from '../env.ts';
import { type AppContext, type AppEnv, isAmong, matches, refuse } from '../shared/http.ts';
import { BODY_TOO_LARGE, MAX_JSON_BODY_BYTES, readBounded, readJsonBody } from '../shared/json-body.ts';
import { pageOf, parsePage } from '../shared/page.ts';
import { ok } from '../shared/result.ts';
import { projectAccess, readableProjects } from './access.ts';
import { createProject } from './create-project.ts';
import { type ProjectError, projectProblem } from './errors.ts';
import { keyRoutes } from './key-routes.ts';
import { presentedKey, resolveActor } from './resolve-actor.ts';
import { createProjectSchema, updateProjectSchema } from './schema.ts';
import { listProjectRows } from './store.ts';
import type { KeyRevocationPort } from './types.ts';
import { updateProject } from './update-project.ts';

const deny = (c: AppContext, error: ProjectError): Response => refuse(c, projectProblem(error));

export interface IdentifyOptions {
  /** Paths of routes that find out themselves, or need not know; `/*` at the end takes in all below. */
  except: readonly string[];
  /** `<method> <route>` of those whose bodies may be large. They look again whether the session is still one, when what they need of the body is there. */
  largeBodies: readonly string[];
  /** Counts a request that is refused because of its key. Must not throw. */
  keyRefused: (ctx: Ctx, key: string, code: string) => Promise<void>;
  /** Who hears of a session that ends because its cookie was copied. */
  sessionPorts: (ctx: Ctx) => SessionPorts;
}

const KEY_REFUSALS: ReadonlySet<string> = new Set<ProjectError['kind']>([
  'key_invalid',
  'key_revoked',
  'project_disabled',
]);

/**
 * Finds out who asks, for every route but those named: a key if one is presented, else the session of the cookie, else nobody. It
 * refuses only what claims to be somebody and is not; whether nobody is enough is for the route to say, so a route that is named here by
 * mistake is closed, not open.
 */
export function identify({
  except,
  largeBodies,
  keyRefused,
  sessionPorts,
}: IdentifyOptions): MiddlewareHandler<AppEnv> {
  const large = largeBodies.map((one) => one.split(' '));
  const isLarge = ({ method, path }: AppContext['req']) =>
    large.some(([needsMethod, route = '']) => needsMethod === method && matches(route, path));
  return async function identifyActor(c, next) {
    if (isAmong(except, c.req.path)) return next();
    if (!isLarge(c.req) && !(await waitForBody(c))) return refuse(c, BODY_TOO_LARGE);
    const ctx = c.get('ctx');
    const actor = await resolveActor(ctx, sessionPorts(ctx), c.req.raw);
    if (!actor.ok) {
      const key = presentedKey(c.req.raw);
      if (key !== null && KEY_REFUSALS.has(actor.error.code)) await keyRefused(ctx, key, actor.error.code);
      return refuse(c, actor.error);
    }
    c.set('ctx', { ...ctx, actor: actor.value });
    return next();
  };
}

/**
 * A change is judged when all of it is there: whoever sends its head and keeps its body back has, when the body comes, the rights and the clock of
 * then, and not those of a session that has ended meanwhile. False for a body that is too large.
 */
async function waitForBody(c: AppContext): Promise<boolean> {
  if (!changesState(c.req.method) || c.req.raw.body === null) return true;
  const body = await readBounded(c.req.raw, MAX_JSON_BODY_BYTES);
  if (body === null) return false;
  const ctx = c.get('ctx');
  c.set('ctx', { ...ctx, nowMs: clockNowMs(ctx.config) });
  // The route reads it once more.
  c.req.raw = new Request(c.req.raw, { body });
  return true;
}

/** `/api/projects`, with the keys of each. */
export function projectRoutes(makePort: (ctx: Ctx) => KeyRevocationPort): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/', async function listProjectsRoute(c) {
    const ctx = c.get('ctx');
    const readable = readableProjects(ctx);
    if (!readable.ok) return deny(c, readable.error);
    const page = parsePage({ limit: c.req.query('limit'), cursor: c.req.query('cursor') });
    if (!page.ok) return refuse(c, page.error);
    const rows = await listProjectRows(ctx.env.DB, readable.value, page.value);
    return c.json(pageOf(rows, page.value.limit));
  });

  app.post('/', async function createProjectRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireRole(ctx, 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    const body = await readJsonBody(c.req.raw, createProjectSchema);
    if (!body.ok) return refuse(c, body.error);
    return c.json(await createProject(ctx, body.value), 201);
  });

  app.get('/:id', async function getProjectRoute(c) {
    const project = await projectAccess(c.get('ctx'), c.req.param('id'), 'read');
    return project.ok ? c.json(project.value) : deny(c, project.error);
  });

  app.patch('/:id', async function updateProjectRoute(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'admin');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, updateProjectSchema);
    if (!body.ok) return refuse(c, body.error);
    // Enabling gives every key of the project back what it could do.
    const proof = body.value.disabled !== undefined ? requireRecentProof(ctx) : ok(null);
    if (!proof.ok) return refuse(c, authProblem(proof.error));
    const done = await updateProject(ctx, makePort(ctx), project.value.id, body.value);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  app.route('/', keyRoutes(makePort));
  return app;
}
