import { Hono } from 'hono';
import { isStillSignedIn } from '../auth/index.ts';
import { readBody } from '../ingest/index.ts';
import { type ProjectAction, projectAccess } from '../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { UNAUTHENTICATED } from '../shared/problem.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { type SourceMapError, sourceMapProblem } from './errors.ts';
import { encodeCursor, readMapPage } from './parameters.ts';
import { deleteMaps } from './prune.ts';
import { listMaps } from './store.ts';
import { uploadMap } from './upload.ts';

const deny = (c: AppContext, error: SourceMapError): Response => refuse(c, sourceMapProblem(error));
/** As the app names it among the routes whose bodies may be large. */
export const SOURCE_MAPS_PATH = '/api/projects/:id/sourcemaps';

export function sourceMapRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.put(SOURCE_MAPS_PATH, async function uploadMapRoute(c) {
    const project = await access(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const body = await readBody(c.req.raw);
    if (!body.ok) {
      return deny(
        c,
        body.error.kind === 'too_large' ? { kind: 'source_map_too_large' } : { kind: 'body', error: body.error },
      );
    }
    const ctx = c.get('ctx');
    if (!(await isStillSignedIn(ctx))) return refuse(c, UNAUTHENTICATED);
    const target = { release: c.req.query('release') ?? null, file: c.req.query('file') ?? null };
    const stored = await uploadMap(ctx, project.value, target, body.value);
    return stored.ok ? c.json(stored.value, 201) : deny(c, stored.error);
  });

  app.get(SOURCE_MAPS_PATH, async function listMapsRoute(c) {
    const project = await access(c, 'read');
    if (!project.ok) return deny(c, project.error);
    const page = readMapPage(c.req.query());
    if (!page.ok) return deny(c, page.error);
    const { limit } = page.value;
    const rows = await listMaps(c.get('ctx').env.DB, project.value, { ...page.value, limit: limit + 1 });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return c.json({ items, nextCursor: rows.length > limit && last ? encodeCursor(last) : null });
  });

  app.delete(SOURCE_MAPS_PATH, async function deleteMapsRoute(c) {
    const project = await access(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const release = c.req.query('release') ?? '';
    if (release === '')
      return deny(c, { kind: 'invalid_input', errors: [{ pointer: '/release', reason: 'is missing' }] });
    return c.json({ deleted: await deleteMaps(c.get('ctx'), project.value, release, 'asked') });
  });

  return app;
}

async function access(c: AppContext, action: ProjectAction): Promise<Result<string, SourceMapError>> {
  const project = await projectAccess(c.get('ctx'), c.req.param('id') ?? '', action);
  return project.ok ? ok(project.value.id) : err({ kind: 'project', error: project.error });
}
