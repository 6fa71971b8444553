import { Hono } from 'hono';
import { type AuthPorts, authRoutes, userRoutes } from './auth/index.ts';
import type { Ctx } from './env.ts';
import { ingestRoutes, ledgerRoutes } from './ingest/index.ts';
import { journalControl } from './journal/index.ts';
import { healthRoutes } from './observability/index.ts';
import { identify, type KeyRevocationPort, projectRoutes, unknownProjects } from './projects/index.ts';
import { type AppEnv, onFault, onNotFound, requestContext } from './shared/http.ts';

/** The table of contents: every feature, where it is mounted. */
export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(requestContext);
  app.onError(onFault);
  app.notFound(onNotFound);

  // The write side verifies its keys itself and never reads D1; sign-in is where an actor comes from.
  const except = ['/api/ingest', '/api/health', '/api/ready', '/api/auth/setup', '/api/auth/login'];
  app.use('/api/*', identify({ except }));
  app.use('/ws/*', identify({ except: [] }));

  app.route('/', healthRoutes());
  app.route('/', ingestRoutes());
  app.route('/', ledgerRoutes());
  app.route('/api/auth', authRoutes(authPorts));
  app.route('/api/users', userRoutes(authPorts));
  app.route('/api/projects', projectRoutes(revocations));
  return app;
}

function revocations(ctx: Ctx): KeyRevocationPort {
  return journalControl(ctx.env, ctx.config);
}

function authPorts(ctx: Ctx): AuthPorts {
  return {
    unknownProjects: (projectIds) => unknownProjects(ctx.env.DB, projectIds),
    // No route opens a socket yet, so there is none to close.
    sessionsEnded: async () => undefined,
  };
}
