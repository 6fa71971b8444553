import { Hono } from 'hono';
import { type AuthPorts, authRoutes, userRoutes } from './auth/index.ts';
import type { Ctx } from './env.ts';
import { countRefusedKey, ingestRoutes, ledgerRoutes } from './ingest/index.ts';
import { journalControl } from './journal/index.ts';
import { liveControl, liveRoutes } from './live/index.ts';
import { healthRoutes } from './observability/index.ts';
import { identify, type KeyRevocationPort, projectRoutes, unknownProjects } from './projects/index.ts';
import { queryRoutes } from './query/index.ts';
import { type AppEnv, notFoundIn, onFault, requestContext } from './shared/http.ts';

/** The table of contents: every feature, where it is mounted. */
export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(requestContext);
  app.onError(onFault);
  app.notFound(notFoundIn(app));

  // The write side verifies its keys itself and never reads D1; sign-in is where an actor comes from.
  const except = ['/api/ingest', '/api/health', '/api/ready', '/api/auth/setup', '/api/auth/login'];
  app.use('/api/*', identify({ except, keyRefused: countRefusedKey }));
  app.use('/ws/*', identify({ except: [], keyRefused: countRefusedKey }));

  app.route('/', healthRoutes());
  app.route('/', ingestRoutes());
  app.route('/', ledgerRoutes());
  app.route('/', liveRoutes());
  app.route('/', queryRoutes());
  app.route('/api/auth', authRoutes(authPorts));
  app.route('/api/users', userRoutes(authPorts));
  app.route('/api/projects', projectRoutes(revocations));
  return app;
}

/** Who must know of a revocation before it is answered: those who take data without asking D1, and those who hold open sockets. */
function revocations(ctx: Ctx): KeyRevocationPort {
  const journals = journalControl(ctx.env, ctx.config);
  const sockets = liveControl(ctx.env, ctx.nowMs);
  return {
    async revokeKey(projectId, keyId, fromMs) {
      await Promise.all([journals.revokeKey(projectId, keyId, fromMs), sockets.closeKey(projectId, keyId, fromMs)]);
    },
    async setProjectDisabled(projectId, disabled) {
      await journals.setProjectDisabled(projectId, disabled);
      if (disabled) await sockets.closeProject(projectId);
    },
  };
}

function authPorts(ctx: Ctx): AuthPorts {
  const sockets = liveControl(ctx.env, ctx.nowMs);
  return {
    unknownProjects: (projectIds) => unknownProjects(ctx.env.DB, projectIds),
    sessionsEnded: (userId, sessionId) =>
      sessionId === null ? sockets.closeUser(userId) : sockets.closeSession(sessionId),
  };
}
