import { Hono } from 'hono';
import { auditedBatch, auditStatement } from '../../audit/index.ts';
import { namedProject, projectProblem } from '../../projects/index.ts';
import { type AppEnv, refuse } from '../../shared/http.ts';
import { NOT_FOUND, type Problem } from '../../shared/problem.ts';
import { openObject } from '../objects-store.ts';
import { fileCursor, readFilePage } from './parameters.ts';
import { findFile, listFiles } from './store.ts';

const NO_FILE: Problem = { ...NOT_FOUND, detail: 'No file that you may see is of that day and stream.' };

/** `/api/archives/warehouse`. */
export function warehouseRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/archives/warehouse', async function listWarehouseRoute(c) {
    const ctx = c.get('ctx');
    const project = await namedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    const page = readFilePage(c.req.query());
    if (!page.ok) return refuse(c, page.error);
    const { limit } = page.value;
    const files = await listFiles(ctx.env.DB, project.value, { ...page.value, limit: limit + 1 });
    const items = files.slice(0, limit);
    const last = items.at(-1);
    return c.json({ items, nextCursor: files.length > limit && last ? fileCursor(last) : null });
  });

  routes.get('/api/archives/warehouse/:day/:stream', async function downloadWarehouseRoute(c) {
    const ctx = c.get('ctx');
    const project = await namedProject(ctx, c.req.query('project'), 'export');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    const projectId = project.value;
    const file = await findFile(ctx.env.DB, projectId, c.req.param('day'), c.req.param('stream'));
    // Without its object it is being made again: its archives have changed.
    const object = file && (await openObject(ctx.env.STORE, file.key));
    if (!file || !object) return refuse(c, NO_FILE);
    const { day, stream, key } = file;
    const downloaded = { action: 'warehouse.download', target: key, projectId, detail: { day, stream } };
    await auditedBatch(ctx, [auditStatement(ctx, downloaded)]);
    return c.body(object.body, 200, {
      ...{
        'content-type': 'application/vnd.apache.parquet',
        'content-length': String(object.size),
        etag: object.httpEtag,
      },
      'content-disposition': `attachment; filename="${projectId}-${day}-${stream}.parquet"`,
    });
  });

  return routes;
}
