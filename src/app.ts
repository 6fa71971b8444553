import { Hono } from 'hono';
import { alertRuleRoutes, alertsOf, firingRoutes } from './alerts/index.ts';
import { anomalyRoutes } from './anomalies/index.ts';
import { archiveRegisterRoutes, archiveRoutes, warehouseRoutes } from './archive/index.ts';
import { authRoutes, factorRoutes, userRoutes } from './auth/index.ts';
import { beaconRoutes } from './beacon/index.ts';
import { clientRoutes } from './client/index.ts';
import { complianceRoutes } from './compliance/index.ts';
import { cookieRoutes, TELEMETRY_PATH } from './cookies/index.ts';
import { JOBS } from './cron.ts';
import {
  deliveryRoutes,
  destinationOf,
  destinationRoutes,
  type OpenDestination,
  pulseRoutes,
  webhookHealthRoutes,
} from './delivery/index.ts';
import { documentationRoutes } from './documentation/index.ts';
import { edgeRoutes } from './edge/index.ts';
import { elasticRoutes } from './elastic/index.ts';
import { etlRoutes } from './etl/index.ts';
import { fraudOf, fraudReadRoutes, fraudRoutes, riskRoutes } from './fraud/index.ts';
import { idempotent } from './idempotency/index.ts';
import { countRefusedKey, ingestRoutes, ledgerRoutes } from './ingest/index.ts';
import { jobRoutes, storageRoutes } from './jobs/index.ts';
import { limitRoutes, limitUsers, rateLimitHeaders } from './limits/index.ts';
import { liveRoutes } from './live/index.ts';
import { lokiRoutes } from './loki/index.ts';
import { noticeRoutes } from './notices/index.ts';
import {
  healthRoutes,
  logSettingsRoutes,
  metricsRoutes,
  observeRequests,
  performanceRoutes,
} from './observability/index.ts';
import { operationRoutes } from './operations/index.ts';
import { otlpRoutes } from './otlp/index.ts';
import { authPorts, noticePorts, revocations, schemaPort } from './ports.ts';
import { identify, projectRoutes } from './projects/index.ts';
import { errorRoutes, metricRoutes, queryRoutes, sessionRoutes, traceRoutes, vitalRoutes } from './query/index.ts';
import { releaseRoutes } from './releases/index.ts';
import { type AppEnv, notFoundIn, onFault, requestContext } from './shared/http.ts';
import { SOURCE_MAPS_PATH, sourceMapRoutes } from './sourcemaps/index.ts';
import { trailRoutes } from './trail/index.ts';

/** What is not done without an Idempotency-Key. */
const KEY_REQUIRED: readonly string[] = ['POST /api/etl/jobs/:id/resend'];

/** The table of contents: every feature, where it is mounted. */
export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(requestContext);
  app.use(observeRequests);
  app.use(rateLimitHeaders);
  app.onError(onFault);
  app.notFound(notFoundIn(app));

  // The write side verifies its keys itself and never reads D1; sign-in is where an actor comes from.
  const except = [
    ...['/api/ingest', '/api/beacon', '/api/health', '/api/ready', '/api/auth/setup', '/api/auth/login'],
    ...['/api/auth/login/second-factor', '/api/auth/passkeys/options', '/api/auth/passkeys/login'],
    ...['login', 'event', 'register', 'revoke'].map((name) => `/api/fraud/${name}`),
    ...['/api/js/*', '/api/openapi.json', '/api/docs'], // files for everybody
    TELEMETRY_PATH, // keys as on the write side, people by their session
  ];
  const uploads = [`PUT ${SOURCE_MAPS_PATH}`];
  const largeBodies = ['POST /api/etl/start', 'POST /api/etl/dry-run', ...uploads];
  const identifyPorts = { largeBodies, keyRefused: countRefusedKey, sessionPorts: authPorts };
  app.use('/api/*', identify({ except, ...identifyPorts }));
  app.use('/ws/*', identify({ except: [], ...identifyPorts }));
  app.use('/api/*', limitUsers);
  app.use('/ws/*', limitUsers);
  const repeatable = { except: [...except, '/api/auth/*', '/api/etl/start'], repeatable: uploads };
  app.use('/api/*', idempotent({ ...repeatable, required: KEY_REQUIRED }));

  app.route('/', healthRoutes());
  app.route('/', metricsRoutes());
  app.route('/', logSettingsRoutes());
  app.route('/', performanceRoutes());
  app.route('/', jobRoutes(JOBS));
  app.route('/', noticeRoutes(noticePorts));
  app.route('/', storageRoutes());
  app.route('/', clientRoutes());
  app.route('/', documentationRoutes());
  app.route('/', ingestRoutes());
  app.route('/', beaconRoutes());
  app.route('/', otlpRoutes());
  app.route('/', ledgerRoutes());
  app.route('/', lokiRoutes());
  app.route('/', elasticRoutes());
  app.route('/', limitRoutes());
  app.route('/', edgeRoutes());
  app.route('/', etlRoutes(schemaPort));
  app.route('/', fraudRoutes());
  app.route('/', fraudReadRoutes());
  app.route('/', cookieRoutes(authPorts));
  app.route(
    '/',
    riskRoutes((ctx, projectId) => fraudOf(ctx.env, projectId)),
  );
  const openDestination: OpenDestination = (ctx, id) => destinationOf(ctx.env, id);
  app.route('/', destinationRoutes(openDestination));
  app.route('/', deliveryRoutes(openDestination));
  app.route('/', webhookHealthRoutes(openDestination));
  app.route(
    '/',
    pulseRoutes(openDestination, (ctx, projectId) => alertsOf(ctx.env, projectId).counts()),
  );
  app.route('/', liveRoutes());
  app.route('/', queryRoutes());
  app.route('/', metricRoutes());
  app.route('/', traceRoutes());
  // The registers and the warehouse first: their names would be ids of archives.
  app.route('/', archiveRegisterRoutes());
  app.route('/', warehouseRoutes());
  app.route('/', archiveRoutes());
  app.route('/', anomalyRoutes());
  app.route('/', operationRoutes());
  app.route('/', alertRuleRoutes());
  app.route('/', firingRoutes());
  app.route('/', complianceRoutes());
  app.route('/', vitalRoutes());
  app.route('/', errorRoutes());
  app.route('/', sessionRoutes());
  app.route('/', releaseRoutes());
  app.route('/', sourceMapRoutes());
  app.route('/', trailRoutes());
  app.route('/api/auth', authRoutes(authPorts));
  app.route('/api/auth', factorRoutes(authPorts));
  app.route('/api/users', userRoutes(authPorts));
  app.route('/api/projects', projectRoutes(revocations));
  return app;
}
