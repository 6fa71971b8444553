import { Hono } from 'hono';
import { namedProject, type ProjectAction } from '../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { err, type Result } from '../shared/result.ts';
import { announceRelease, announceSchema } from './announce.ts';
import { type ReleaseError, releaseProblem } from './errors.ts';
import { encodeCursor, readReleasePage } from './parameters.ts';
import { listReleases } from './store.ts';

const deny = (c: AppContext, error: ReleaseError): Response => refuse(c, releaseProblem(error));

async function projectOf(
  c: AppContext,
  named: string | undefined,
  action: ProjectAction,
): Promise<Result<string, ReleaseError>> {
  const project = await namedProject(c.get('ctx'), named, action);
  return project.ok ? project : err({ kind: 'project', error: project.error });
}

/** `/api/releases`. */
export function releaseRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/api/releases', async function listReleasesRoute(c) {
    const project = await projectOf(c, c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const page = readReleasePage(c.req.query());
    if (!page.ok) return deny(c, page.error);
    const { limit } = page.value;
    const rows = await listReleases(c.get('ctx').env.DB, project.value, { ...page.value, limit: limit + 1 });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return c.json({ items, nextCursor: rows.length > limit && last ? encodeCursor(last) : null });
  });

  app.post('/api/releases', async function announceReleaseRoute(c) {
    const ctx = c.get('ctx');
    if (ctx.actor.kind === 'anonymous') return deny(c, { kind: 'project', error: { kind: 'unauthenticated' } });
    const body = await readJsonBody(c.req.raw, announceSchema);
    if (!body.ok) return refuse(c, body.error);
    const project = await projectOf(c, body.value.project ?? c.req.query('project'), 'write');
    if (!project.ok) return deny(c, project.error);
    const announced = await announceRelease(ctx, project.value, body.value);
    return announced.ok ? c.json(announced.value, 201) : deny(c, announced.error);
  });

  return app;
}
