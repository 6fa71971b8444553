import { Hono } from 'hono';
import { type AppEnv, onFault, onNotFound, requestContext } from './shared/http.ts';

/** The table of contents: every feature, where it is mounted. */
export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(requestContext);
  app.onError(onFault);
  app.notFound(onNotFound);
  return app;
}
