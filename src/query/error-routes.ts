import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { errorGroup } from './error-groups/detail.ts';
import { errorGroups } from './error-groups/list.ts';
import { readDetailRequest, readGroupsRequest } from './error-groups/parameters.ts';
import { errorStatusSchema, setErrorStatus } from './error-groups/set-status.ts';
import { type ReadError, readProblem } from './errors.ts';
import { NOBODY, projectOf, queriedProject } from './project.ts';

const deny = (c: AppContext, error: ReadError): Response => refuse(c, readProblem(error));

/** `/api/query/errors`: groups of errors, and `/api/errors`: what is to become of them. */
export function errorRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/api/query/errors', async function listErrorsRoute(c) {
    const ctx = c.get('ctx');
    const project = await queriedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readGroupsRequest(c.req.query(), ctx.nowMs);
    if (!request.ok) return deny(c, request.error);
    const answer = await errorGroups(ctx, project.value, request.value);
    return answer.ok ? c.json(answer.value) : deny(c, answer.error);
  });

  app.get('/api/query/errors/:fingerprint', async function errorGroupRoute(c) {
    const ctx = c.get('ctx');
    const project = await queriedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readDetailRequest(c.req.query(), ctx.nowMs);
    if (!request.ok) return deny(c, request.error);
    const fingerprint = c.req.param('fingerprint').toLowerCase();
    const answer = await errorGroup(ctx, project.value, fingerprint, request.value);
    return answer.ok ? c.json(answer.value) : deny(c, answer.error);
  });

  app.patch('/api/errors/:fingerprint', async function setErrorStatusRoute(c) {
    const ctx = c.get('ctx');
    if (ctx.actor.kind === 'anonymous') return deny(c, NOBODY);
    const body = await readJsonBody(c.req.raw, errorStatusSchema);
    if (!body.ok) return refuse(c, body.error);
    const project = await projectOf(ctx, body.value.project ?? c.req.query('project'), 'write');
    if (!project.ok) return deny(c, project.error);
    const fingerprint = c.req.param('fingerprint').toLowerCase();
    const done = await setErrorStatus(ctx, project.value, fingerprint, body.value.status);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  return app;
}
