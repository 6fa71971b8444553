import { Hono } from 'hono';
import { authProblem, requireRecentProof } from '../auth/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { cursorOf } from '../shared/page.ts';
import { type ArchiveError, archiveProblem } from './errors.ts';
import { readHoldPage } from './read/parameters.ts';
import { findHold, listHolds } from './registers/hold-store.ts';
import { createHold, releaseHold } from './registers/holds.ts';
import { changeSettings } from './registers/settings.ts';
import { readSettings } from './registers/settings-store.ts';
import { granted, withinProject } from './routes.ts';
import { holdSchema, settingsSchema } from './schema.ts';

const deny = (c: AppContext, error: ArchiveError): Response => refuse(c, archiveProblem(error));

/** `/api/archives/settings` and `/api/archives/holds`: what decides how long something is kept. */
export function archiveRegisterRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/archives/settings', async function getSettings(c) {
    const project = await granted(c, 'admin');
    if (!project.ok) return deny(c, project.error);
    return c.json((await readSettings(c.get('ctx').env.DB, project.value)).settings);
  });

  routes.put('/api/archives/settings', async function putSettings(c) {
    const ctx = c.get('ctx');
    const project = await granted(c, 'admin');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, settingsSchema);
    if (!body.ok) return refuse(c, body.error);
    const proof = requireRecentProof(ctx);
    if (!proof.ok) return refuse(c, authProblem(proof.error));
    return c.json(await changeSettings(ctx, project.value, body.value));
  });

  routes.get('/api/archives/holds', async function getHolds(c) {
    const project = await granted(c, 'admin');
    if (!project.ok) return deny(c, project.error);
    const page = readHoldPage(c.req.query());
    if (!page.ok) return deny(c, page.error);
    const { limit, after } = page.value;
    const rows = await listHolds(c.get('ctx').env.DB, project.value, after, limit + 1);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return c.json({ items, nextCursor: rows.length > limit && last ? cursorOf(last) : null });
  });

  routes.post('/api/archives/holds', async function postHold(c) {
    const ctx = c.get('ctx');
    const project = await granted(c, 'admin');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, holdSchema);
    if (!body.ok) return refuse(c, body.error);
    const proof = requireRecentProof(ctx);
    if (!proof.ok) return refuse(c, authProblem(proof.error));
    const hold = await createHold(ctx, project.value, body.value);
    return hold.ok ? c.json(hold.value, 201) : deny(c, hold.error);
  });

  routes.post('/api/archives/holds/:id/release', async function postRelease(c) {
    const ctx = c.get('ctx');
    const id = c.req.param('id');
    const hold = await withinProject(c, 'admin', 'hold_not_found', () => findHold(ctx.env.DB, id));
    if (!hold.ok) return deny(c, hold.error);
    const proof = requireRecentProof(ctx);
    if (!proof.ok) return refuse(c, authProblem(proof.error));
    const released = await releaseHold(ctx, hold.value);
    return released.ok ? c.json(released.value) : deny(c, released.error);
  });

  return routes;
}
