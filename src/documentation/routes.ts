import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { NOT_FOUND } from '../shared/problem.ts';

/** The document of the API, and the page that shows it; both are built from what describes the routes (scripts/openapi), and tell nothing of a deployment. */
export function documentationRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/openapi.json', (c) => asset(c, '/openapi/openapi.json', 'application/json'));
  routes.get('/api/docs', (c) => asset(c, '/openapi/docs', 'text/html; charset=utf-8'));
  return routes;
}

/** A file of the build, told by its ETag to who has it already. */
async function asset(c: AppContext, path: string, type: string): Promise<Response> {
  const known = c.req.header('if-none-match');
  const headers: Record<string, string> = known === undefined ? {} : { 'if-none-match': known };
  const file = await c.env.ASSETS.fetch(new URL(path, c.req.url), { method: c.req.method, headers });
  // A checkout in which nothing was built.
  if (file.status !== 200 && file.status !== 304) return refuse(c, NOT_FOUND);
  const response = new Response(file.body, file);
  if (file.status === 200) response.headers.set('content-type', type);
  response.headers.set('cache-control', 'public, max-age=0, must-revalidate');
  // Anybody's tools may read it; a page of it needs the styles of this origin, which the headers of static files allow.
  response.headers.set('access-control-allow-origin', '*');
  return response;
}
