import { Hono } from 'hono';
import type { Ctx } from '../env.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { parsePage } from '../shared/page.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { DATA_TYPES, type DataType } from '../wire/etl.ts';
import { projectOf } from './caller.ts';
import { type EtlError, etlProblem } from './errors.ts';
import { saveSchema } from './save-schema.ts';
import { etlSchemaSchema } from './schema.ts';
import { listSchemas, listSchemaVersions } from './schema-store.ts';
import type { SchemaPort } from './telemetry-schema.ts';

const deny = (c: AppContext, error: EtlError): Response => refuse(c, etlProblem(error));

export function schemaRoutes(makePort: (ctx: Ctx) => SchemaPort): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/etl/schemas', async function getSchemas(c) {
    const project = await projectOf(c, c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    return c.json({ items: await listSchemas(c.get('ctx').env.DB, project.value), nextCursor: null });
  });
  routes.get('/api/etl/schemas/:dataType', async function getSchemaVersions(c) {
    const project = await projectOf(c, c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const dataType = dataTypeOf(c.req.param('dataType'));
    if (!dataType.ok) return deny(c, dataType.error);
    const page = parsePage({ limit: c.req.query('limit'), cursor: c.req.query('cursor') });
    if (!page.ok) return refuse(c, page.error);
    return c.json(await listSchemaVersions(c.get('ctx').env.DB, project.value, dataType.value, page.value));
  });
  // PUT and POST do the same: some clients think of it as the schema that there is, some as one version more.
  routes.on(['PUT', 'POST'], '/api/etl/schemas/:dataType', async function postSchema(c) {
    const project = await projectOf(c, c.req.query('project'), 'admin');
    if (!project.ok) return deny(c, project.error);
    const dataType = dataTypeOf(c.req.param('dataType'));
    if (!dataType.ok) return deny(c, dataType.error);
    const body = await readJsonBody(c.req.raw, etlSchemaSchema);
    if (!body.ok) return refuse(c, body.error);
    const ctx = c.get('ctx');
    const done = await saveSchema(ctx, makePort(ctx), project.value, dataType.value, body.value);
    return done.ok ? c.json(done.value.saved, done.value.isNew ? 201 : 200) : deny(c, done.error);
  });
  return routes;
}

function dataTypeOf(text: string): Result<DataType, EtlError> {
  const found = DATA_TYPES.find((dataType) => dataType === text.toUpperCase());
  if (found) return ok(found);
  return err({
    kind: 'invalid',
    errors: [{ pointer: '/dataType', reason: `must be one of ${DATA_TYPES.join(', ')}` }],
  });
}
