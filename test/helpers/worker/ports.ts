import { Hono } from 'hono';
import { type AuthPorts, authRoutes, userRoutes } from '../../../src/auth/index.ts';
import type { Ctx } from '../../../src/env.ts';
import { identify, type KeyRevocationPort, projectRoutes, unknownProjects } from '../../../src/projects/index.ts';
import { type AppEnv, notFoundIn, onFault, requestContext } from '../../../src/shared/http.ts';

export interface RecordingPorts extends KeyRevocationPort {
  /** What was told, in order. */
  told: unknown[][];
  /** While true, whoever is told cannot be reached. */
  failing: boolean;
  sessionsEnded(userId: string, sessionId: string | null): Promise<void>;
  keyRefused(ctx: Ctx, key: string, code: string): Promise<void>;
}

export function recordingPorts(): RecordingPorts {
  const ports: RecordingPorts = {
    told: [],
    failing: false,
    revokeKey: (...args) => tell('revokeKey', args),
    setProjectDisabled: (...args) => tell('setProjectDisabled', args),
    setProjectLimits: (...args) => tell('setProjectLimits', args),
    sessionsEnded: (...args) => tell('sessionsEnded', args),
    // Whom it counts for is tested with the real ledger (refused-keys.test.ts).
    keyRefused: async () => undefined,
  };
  async function tell(what: string, args: unknown[]): Promise<void> {
    if (ports.failing) throw new Error('cannot be reached');
    ports.told.push([what, ...args]);
  }
  return ports;
}

/** What was told of one kind, in order. */
export function toldOf({ told }: RecordingPorts, what: keyof KeyRevocationPort): unknown[][] {
  return told.filter(([told]) => told === what);
}

export function authPortsOf({ sessionsEnded }: RecordingPorts, db: D1Database): AuthPorts {
  return { unknownProjects: (projectIds) => unknownProjects(db, projectIds), sessionsEnded };
}

/** The routes of sign-in and projects over these ports, mounted as the Worker mounts them. */
export function appWith(ports: RecordingPorts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(requestContext);
  app.onError(onFault);
  app.notFound(notFoundIn(app));
  const authPorts = ({ env }: Pick<Ctx, 'env'>) => authPortsOf(ports, env.DB);
  const { keyRefused } = ports;
  const except = ['/api/auth/setup', '/api/auth/login'];
  app.use('/api/*', identify({ except, largeBodies: [], keyRefused, sessionPorts: authPorts }));
  app.route('/api/auth', authRoutes(authPorts));
  app.route('/api/users', userRoutes(authPorts));
  app.route(
    '/api/projects',
    projectRoutes(() => ports),
  );
  return app;
}
