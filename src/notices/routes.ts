import { Hono } from 'hono';
import * as z from 'zod';
import { authProblem, requireRole } from '../auth/index.ts';
import { type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { cursorOf, parsePage } from '../shared/page.ts';
import { invalidInput } from '../shared/problem.ts';
import { listNoticeRows } from './list-store.ts';
import { changeSettings, readSettings } from './settings/settings.ts';
import type { NoticePorts } from './types.ts';

const MAX_DESTINATIONS = 20;
const DEFAULT_LIMIT = '100';

export const settingsSchema = z.lazy(() =>
  z.strictObject({
    destinationIds: z
      .array(z.string().max(64))
      .max(MAX_DESTINATIONS, `must have at most ${MAX_DESTINATIONS} destinations`)
      .refine((ids) => new Set(ids).size === ids.length, 'must not have the same destination twice'),
  }),
);

/** `/api/notices`, for administrators. */
export function noticeRoutes(ports: NoticePorts): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/notices', async function getNotices(c) {
    const ctx = c.get('ctx');
    const caller = requireRole(ctx, 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    const cursor = c.req.query('cursor');
    const page = parsePage({ limit: c.req.query('limit') ?? DEFAULT_LIMIT, cursor });
    if (!page.ok) return refuse(c, page.error);
    const { limit, after } = page.value;
    const rows = await listNoticeRows(ctx.env.DB, { limit, before: cursor === undefined ? null : after });
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    return c.json({ items, nextCursor: last ? cursorOf({ createdAtMs: last.atMs, id: last.id }) : null });
  });

  routes.get('/api/notices/settings', async function getSettings(c) {
    const caller = requireRole(c.get('ctx'), 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    return c.json(await readSettings(c.get('ctx'), ports));
  });

  routes.put('/api/notices/settings', async function putSettings(c) {
    const ctx = c.get('ctx');
    const caller = requireRole(ctx, 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    const body = await readJsonBody(c.req.raw, settingsSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await changeSettings(ctx, ports, body.value, new URL(c.req.url).origin);
    return done.ok ? c.json(done.value) : refuse(c, invalidInput(done.error));
  });

  return routes;
}
