import { Hono } from 'hono';
import { authProblem, requireRecentProof } from '../auth/index.ts';
import type { Ctx } from '../env.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { pageOf, parsePage } from '../shared/page.ts';
import { ok } from '../shared/result.ts';
import { projectAccess } from './access.ts';
import { createKey } from './create-key.ts';
import { type ProjectError, projectProblem } from './errors.ts';
import { revokeKey } from './revoke-key.ts';
import { rotateKey } from './rotate-key.ts';
import { createKeySchema, rotateKeySchema } from './schema.ts';
import { listKeyRows } from './store.ts';
import type { KeyRevocationPort } from './types.ts';

const deny = (c: AppContext, error: ProjectError): Response => refuse(c, projectProblem(error));

/** `/api/projects/:id/keys`. */
export function keyRoutes(makePort: (ctx: Ctx) => KeyRevocationPort): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/:id/keys', async function listKeysRoute(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'admin');
    if (!project.ok) return deny(c, project.error);
    const page = parsePage({ limit: c.req.query('limit'), cursor: c.req.query('cursor') });
    if (!page.ok) return refuse(c, page.error);
    return c.json(pageOf(await listKeyRows(ctx.env.DB, project.value.id, page.value), page.value.limit));
  });

  app.post('/:id/keys', async function createKeyRoute(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'admin');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, createKeySchema);
    if (!body.ok) return refuse(c, body.error);
    // A key that reads or administers outlives the session that made it; one that only sends gives a thief nothing.
    const reaches = body.value.scopes.some((scope) => scope === 'query' || scope === 'admin');
    const proof = reaches ? requireRecentProof(ctx) : ok(null);
    if (!proof.ok) return refuse(c, authProblem(proof.error));
    return c.json(await createKey(ctx, project.value.id, body.value), 201);
  });

  app.post('/:id/keys/:keyId/rotate', async function rotateKeyRoute(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'admin');
    if (!project.ok) return deny(c, project.error);
    const proof = requireRecentProof(ctx);
    if (!proof.ok) return refuse(c, authProblem(proof.error));
    const body = await readJsonBody(c.req.raw, rotateKeySchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await rotateKey(ctx, makePort(ctx), project.value.id, c.req.param('keyId'), body.value);
    return done.ok ? c.json(done.value, 201) : deny(c, done.error);
  });

  app.delete('/:id/keys/:keyId', async function revokeKeyRoute(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'admin');
    if (!project.ok) return deny(c, project.error);
    // No proof is asked: whoever has seen a key leak must not look for a password first.
    const done = await revokeKey(ctx, makePort(ctx), project.value.id, c.req.param('keyId'));
    return done.ok ? c.body(null, 204) : deny(c, done.error);
  });

  return app;
}
