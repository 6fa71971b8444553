import { Hono, type MiddlewareHandler } from 'hono';
import { authProblem, requireRecentProof, requireRole, type SessionPorts } from '../auth/index.ts';
import type { Ctx } from '../env.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { pageOf, parsePage } from '../shared/page.ts';
import { ok } from '../shared/result.ts';
import { projectAccess, visibleProjects, whatIsLacking } from './access.ts';
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
  /** Paths of routes that find out themselves. */
  except: readonly string[];
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
export function identify({ except, keyRefused, sessionPorts }: IdentifyOptions): MiddlewareHandler<AppEnv> {
  const skipped = new Set(except);
  return async function identifyActor(c, next) {
    if (skipped.has(c.req.path)) return next();
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

/** `/api/projects`, with the keys of each. */
export function projectRoutes(makePort: (ctx: Ctx) => KeyRevocationPort): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/', async function listProjectsRoute(c) {
    const ctx = c.get('ctx');
    if (ctx.actor.kind === 'anonymous') return deny(c, { kind: 'unauthenticated' });
    const lacking = whatIsLacking(ctx.actor, 'read');
    if (lacking !== null) return deny(c, { kind: 'forbidden', detail: lacking });
    const page = parsePage({ limit: c.req.query('limit'), cursor: c.req.query('cursor') });
    if (!page.ok) return refuse(c, page.error);
    const rows = await listProjectRows(ctx.env.DB, visibleProjects(ctx.actor), page.value);
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
