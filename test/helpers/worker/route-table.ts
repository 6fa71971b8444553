import type { ProjectAction, Role } from '../../../src/wire/access.ts';
import { SUBPROTOCOL } from '../../../src/wire/protocol.ts';
import { ORIGIN } from './origin.ts';

/** Who may call a route. The deny-path suite derives from it every refusal that the route must give. */
export type Access =
  /** Answers anybody: health, sign-in. */
  | { kind: 'public' }
  /** Write side: a key with an ingest scope, verified without D1; the journal knows revocation. Its projects' cookies count for nothing. */
  | { kind: 'ingest' }
  /** What shippers ask before they send: a key with an ingest scope, verified without D1 or journal. Tells nothing of a project. */
  | { kind: 'probe' }
  /** Sends by a key with an ingest scope, for its own project, or signed in, for any project that one may write to. Keys are verified with D1. */
  | { kind: 'send' }
  /** Any key of the project, whatever its scopes, verified without D1; or signed in, who may read it. */
  | { kind: 'any-key' }
  /** Any signed-in person, about their own account. A key cannot. */
  | { kind: 'session' }
  /** A list that is cut to what the caller may see: any signed-in person, or a key that may read. */
  | { kind: 'own-projects' }
  /** Concerns the deployment: administrators, and keys with the scope `admin`. */
  | { kind: 'deployment' }
  /** Concerns the whole deployment: people of this role or above. A key cannot. */
  | { kind: 'role'; role: Role }
  /** The upgrade of a socket to one project: whoever may read it, or a key that may send. A cookie comes from no other Origin than ours. */
  | { kind: 'socket' }
  /** Concerns one project: everything that projectAccess decides. */
  | { kind: 'project'; action: ProjectAction };

/** Ids that exist, for the paths and bodies of the table. */
export interface Fixture {
  projectId: string;
  /** A live key of the project. */
  keyId: string;
  userId: string;
  sessionId: string;
  /** A record in the tail of the project. */
  recordId: string;
  /** Of that record. */
  traceId: string;
  /** A saved search of the project. */
  searchId: string;
  /** A run of ETL of the project, with a reject. */
  jobId: string;
  /** A fraud event of the project. */
  fraudEventId: string;
  /** A group of errors of the project, and of no other. */
  fingerprint: string;
  /** A session id in records of the project, and of no other. */
  visitId: string;
  /** A destination of the project, disabled. */
  destinationId: string;
  /** What waits there. */
  deliveryId: string;
  /** A rule, a silence and a firing of alerts of the project. */
  ruleId: string;
  silenceId: string;
  firingId: string;
  /** An archive of the project, of one object without blocks, and a legal hold. */
  archiveId: string;
  holdId: string;
  /** Of a Parquet file of the project, and of no other. */
  warehouseDay: string;
  /** A request for deletion in the project, in its grace period, and a hold of it. */
  deletionId: string;
  deletionHoldId: string;
  /** A breach of the project. */
  breachId: string;
  /** A template of communication about breaches. */
  templateId: string;
  /** Of the audit trail of the deployment, not acknowledged. */
  findingId: string;
}

export interface RouteRule {
  method: 'GET' | 'OPTIONS' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** As registered. */
  route: string;
  access: Access;
  /** A URL of the route; the route itself where it has no parameters. */
  url?: (fixture: Fixture) => string;
  /** A body that gets past validation far enough to show that the right caller is let in. */
  body?: (fixture: Fixture) => unknown;
  headers?: Record<string, string>;
  /** Of a write route: the body that stores one record with this message; the body of /api/ingest where it is not said. */
  bodyWith?: (message: string) => unknown;
  /** Of a write route that makes no record. */
  storesNothing?: true;
}

const session: Access = { kind: 'session' };
const admins: Access = { kind: 'role', role: 'admin' };
const can = (action: ProjectAction): Access => ({ kind: 'project', action });

const project = ({ projectId }: Fixture): string => `/api/projects/${projectId}`;
const key = (fixture: Fixture): string => `${project(fixture)}/keys/${fixture.keyId}`;

const of = ({ projectId }: Fixture): string => `?project=${projectId}`;

const destination = (f: Fixture, more = ''): string => `/api/destinations/${f.destinationId}${more}${of(f)}`;

const archive = (f: Fixture, more = ''): string => `/api/archives/${f.archiveId}${more}${of(f)}`;

const bulkBody = (): string => '{"create":{"_index":"app"}}\n{"message":"hello"}\n';
const beacon = (message: string): unknown => ({
  ...{ id: crypto.randomUUID(), sentAt: Date.now(), common: {}, records: [{ stream: 'logs', message }] },
});
/** One record by OTLP's JSON. */
function otlpRequest(signal: 'logs' | 'metrics' | 'traces', message: string): unknown {
  switch (signal) {
    case 'logs':
      return { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: message } }] }] }] };
    case 'metrics': {
      const metrics = [{ name: message, gauge: { dataPoints: [{ asDouble: 1 }] } }];
      return { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
    }
    case 'traces':
      return { resourceSpans: [{ scopeSpans: [{ spans: [{ name: message }] }] }] };
  }
}
const etlJob = (f: Fixture, more = ''): string => `/api/etl/jobs/${f.jobId}${more}${of(f)}`;
const etlPayload = (f: Fixture): unknown => ({ dataType: 'JSON', payload: { message: 'hello' }, project: f.projectId });

/** The same for every call, so that a repeat is one. */
const IN_AN_HOUR_MS = Date.now() + 3_600_000;
const alertRule = (): object => ({ name: 'a rule', condition: { kind: 'silence', stream: 'logs' }, enabled: false });
const fraudEvent = (eventType: string): unknown => ({ userId: 'u1', eventType });
const fraudBodies = {
  login: { userId: 'u1' },
  register: { userId: 'u1', references: { email: 'a@example.com' } },
  revoke: { userId: 'u1' },
};

const deletion = (f: Fixture): object => ({
  ...{ projectId: f.projectId, regimeId: 'gdpr', receivedAtMs: IN_AN_HOUR_MS - 7_200_000 },
  identity: { userIds: ['u-asked'] },
});
const communication = (): object => ({
  recipient: 'Authority',
  channel: 'portal',
  subject: 'A breach',
  body: 'As filed.',
});
const template = (): object => ({
  name: 'First',
  purpose: 'breach_affected',
  subject: '{{title}}',
  body: '{{advice}}',
});
const ownRegime = (): object => ({
  ...{
    name: 'Own',
    timeZone: 'UTC',
    erasureWithin: { days: 30 },
    reportSections: ['nature'],
    source: 'Policy 7',
    version: 0,
  },
  breachDuties: [
    {
      ...{ id: 'notify', label: 'Notify', toWhom: 'authority', within: { hours: 24 }, remindBeforeMs: [3_600_000] },
      ...{ when: 'always', source: 'Policy 7' },
    },
  ],
});

/** Every route of the Worker. A route that is registered and not listed here, or listed and not registered, fails the suite. */
export const ROUTES: readonly RouteRule[] = [
  { method: 'GET', route: '/health', access: { kind: 'public' } },
  { method: 'GET', route: '/api/health', access: { kind: 'public' } },
  { method: 'GET', route: '/api/ready', access: { kind: 'public' } },
  { method: 'GET', route: '/api/metrics', access: { kind: 'own-projects' } },
  { method: 'GET', route: '/api/metrics/report', access: { kind: 'deployment' } },
  { method: 'GET', route: '/api/metrics/slow', access: { kind: 'deployment' } },
  { method: 'GET', route: '/api/health/webhook', access: { kind: 'own-projects' } },
  {
    ...{ method: 'GET', route: '/api/health/pulse', access: { kind: 'project', action: 'read' } },
    url: ({ projectId }) => `/api/health/pulse?project=${projectId}`,
  },

  // What they are: test/worker/documentation.test.ts.
  { method: 'GET', route: '/api/openapi.json', access: { kind: 'public' } },
  { method: 'GET', route: '/api/docs', access: { kind: 'public' } },
  // The browser SDK: test/worker/client.test.ts.
  { method: 'GET', route: '/api/js/:file', access: { kind: 'public' }, url: () => '/api/js/client.min.js' },

  { method: 'OPTIONS', route: '/api/ingest', access: { kind: 'public' } },
  { method: 'POST', route: '/api/ingest', access: { kind: 'ingest' }, body: () => ({ message: 'hello' }) },
  { method: 'OPTIONS', route: '/api/beacon', access: { kind: 'public' } },
  {
    method: 'POST',
    route: '/api/beacon',
    access: { kind: 'ingest' },
    body: () => beacon('hello'),
    bodyWith: beacon,
  },
  {
    method: 'POST',
    route: '/loki/api/v1/push',
    access: { kind: 'ingest' },
    body: () => ({ streams: [{ stream: { app: 'x' }, values: [['1760000000000000000', 'hello']] }] }),
  },
  { method: 'POST', route: '/_bulk', access: { kind: 'ingest' }, body: bulkBody },
  { method: 'PUT', route: '/_bulk', access: { kind: 'ingest' }, body: bulkBody },
  { method: 'POST', route: '/:index/_bulk', access: { kind: 'ingest' }, url: () => '/app/_bulk', body: bulkBody },
  { method: 'PUT', route: '/:index/_bulk', access: { kind: 'ingest' }, url: () => '/app/_bulk', body: bulkBody },
  // The dashboard, and for clients of Elasticsearch a probe: test/worker/elastic.test.ts.
  { method: 'GET', route: '/', access: { kind: 'public' } },
  { method: 'GET', route: '/_cluster/health', access: { kind: 'probe' } },
  { method: 'GET', route: '/_license', access: { kind: 'probe' } },
  { method: 'GET', route: '/_xpack', access: { kind: 'probe' } },
  { method: 'GET', route: '/_ilm/policy/:name', access: { kind: 'probe' }, url: () => '/_ilm/policy/filebeat' },
  { method: 'GET', route: '/_index_template/:name', access: { kind: 'probe' }, url: () => '/_index_template/filebeat' },
  { method: 'GET', route: '/_template/:name', access: { kind: 'probe' }, url: () => '/_template/logstash' },
  { method: 'GET', route: '/_data_stream/:name', access: { kind: 'probe' }, url: () => '/_data_stream/filebeat' },

  ...(['logs', 'metrics', 'traces'] as const).flatMap((signal): RouteRule[] => [
    { method: 'OPTIONS', route: `/v1/${signal}`, access: { kind: 'public' } },
    {
      method: 'POST',
      route: `/v1/${signal}`,
      access: { kind: 'ingest' },
      body: () => otlpRequest(signal, 'hello'),
      bodyWith: (message) => otlpRequest(signal, message),
    },
  ]),

  {
    method: 'POST',
    route: '/api/fraud/event',
    access: { kind: 'ingest' },
    body: () => fraudEvent('payment'),
    bodyWith: fraudEvent,
  },
  ...Object.entries(fraudBodies).map(
    ([name, body]): RouteRule => ({
      ...{
        method: 'POST',
        route: `/api/fraud/${name}`,
        access: { kind: 'ingest' },
        body: () => body,
        storesNothing: true,
      },
    }),
  ),
  ...['events', 'history', 'references', 'cross-lookup', 'graph', 'summary'].map(
    (name): RouteRule => ({
      ...{ method: 'GET', route: `/api/fraud/${name}`, access: can('read') },
      url: (f) => `/api/fraud/${name}${of(f)}&userId=u1`,
    }),
  ),
  {
    method: 'GET',
    route: '/api/fraud/events/:eventId',
    access: can('read'),
    url: (f) => `/api/fraud/events/${f.fraudEventId}${of(f)}`,
  },
  {
    method: 'POST',
    route: '/api/fraud/cross-lookup',
    access: can('export'),
    url: (f) => `/api/fraud/cross-lookup${of(f)}`,
    body: () => ({ email: 'a@example.com' }),
  },
  ...['rules', 'rules/quality', 'reviews'].map(
    (name): RouteRule => ({
      ...{ method: 'GET', route: `/api/fraud/${name}`, access: can('read') },
      url: (f) => `/api/fraud/${name}${of(f)}`,
    }),
  ),
  {
    method: 'PUT',
    route: '/api/fraud/rules',
    access: can('admin'),
    url: (f) => `/api/fraud/rules${of(f)}`,
    body: () => ({ version: 0, denyAt: 90 }),
  },
  {
    method: 'POST',
    route: '/api/fraud/rules/dry-run',
    access: can('write'),
    url: (f) => `/api/fraud/rules/dry-run${of(f)}`,
    body: () => ({ settings: {} }),
  },
  {
    method: 'POST',
    route: '/api/fraud/reviews/:eventId',
    access: can('write'),
    url: (f) => `/api/fraud/reviews/${f.fraudEventId}${of(f)}`,
    body: () => ({ verdict: 'unsure' }),
  },
  {
    method: 'DELETE',
    route: '/api/fraud/sessions',
    access: can('write'),
    url: (f) => `/api/fraud/sessions${of(f)}&userId=u1`,
  },

  ...(['rules', 'firings', 'silences'] as const).map(
    (name): RouteRule => ({
      ...{ method: 'GET', route: `/api/alerts/${name}`, access: can('read') },
      url: (f) => `/api/alerts/${name}${of(f)}`,
    }),
  ),
  {
    method: 'POST',
    route: '/api/alerts/rules',
    access: can('write'),
    url: (f) => `/api/alerts/rules${of(f)}`,
    body: alertRule,
  },
  {
    method: 'POST',
    route: '/api/alerts/rules/preview',
    access: can('read'),
    url: (f) => `/api/alerts/rules/preview${of(f)}`,
    body: alertRule,
  },
  {
    method: 'GET',
    route: '/api/alerts/rules/:id',
    access: can('read'),
    url: (f) => `/api/alerts/rules/${f.ruleId}${of(f)}`,
  },
  {
    method: 'PUT',
    route: '/api/alerts/rules/:id',
    access: can('write'),
    url: (f) => `/api/alerts/rules/${f.ruleId}${of(f)}`,
    body: () => ({ ...alertRule(), name: 'Renamed' }),
  },
  {
    method: 'DELETE',
    route: '/api/alerts/rules/:id',
    access: can('write'),
    url: (f) => `/api/alerts/rules/${f.ruleId}${of(f)}`,
  },
  {
    method: 'GET',
    route: '/api/alerts/firings/:id',
    access: can('read'),
    url: (f) => `/api/alerts/firings/${f.firingId}${of(f)}`,
  },
  {
    method: 'POST',
    route: '/api/alerts/firings/:id/acknowledge',
    access: can('write'),
    url: (f) => `/api/alerts/firings/${f.firingId}/acknowledge${of(f)}`,
  },
  {
    method: 'POST',
    route: '/api/alerts/silences',
    access: can('write'),
    url: (f) => `/api/alerts/silences${of(f)}`,
    body: () => ({ matchers: { team: 'none' }, untilMs: IN_AN_HOUR_MS }),
  },
  {
    method: 'DELETE',
    route: '/api/alerts/silences/:id',
    access: can('write'),
    url: (f) => `/api/alerts/silences/${f.silenceId}${of(f)}`,
  },

  {
    method: 'GET',
    route: '/ws/telemetry',
    access: { kind: 'socket' },
    url: (f) => `/ws/telemetry?project=${f.projectId}`,
    headers: { upgrade: 'websocket', 'sec-websocket-protocol': SUBPROTOCOL, origin: ORIGIN },
  },

  { method: 'GET', route: '/api/destinations', access: can('read'), url: (f) => `/api/destinations${of(f)}` },
  {
    method: 'POST',
    route: '/api/destinations',
    access: can('admin'),
    url: (f) => `/api/destinations${of(f)}`,
    body: () => ({ name: 'new', url: 'https://receiver.example/', disabled: true }),
  },
  {
    method: 'POST',
    route: '/api/destinations/preview',
    access: can('read'),
    url: (f) => `/api/destinations/preview${of(f)}`,
    body: () => ({ kind: 'webhook' }),
  },
  { method: 'GET', route: '/api/destinations/:id', access: can('read'), url: destination },
  {
    method: 'PUT',
    route: '/api/destinations/:id',
    access: can('admin'),
    url: destination,
    body: () => ({ version: 1, name: 'renamed' }),
  },
  {
    method: 'POST',
    route: '/api/destinations/:id/secrets',
    access: can('admin'),
    url: (f) => destination(f, '/secrets'),
    body: () => ({ kind: 'v1' }),
  },
  { method: 'POST', route: '/api/destinations/:id/test', access: can('write'), url: (f) => destination(f, '/test') },
  {
    method: 'POST',
    route: '/api/destinations/:id/breaker',
    access: can('write'),
    url: (f) => destination(f, '/breaker'),
    body: () => ({ action: 'open' }),
  },
  {
    method: 'GET',
    route: '/api/destinations/:id/transitions',
    access: can('read'),
    url: (f) => destination(f, '/transitions'),
  },
  { method: 'GET', route: '/api/deliveries', access: can('read'), url: (f) => `/api/deliveries${of(f)}` },
  {
    method: 'POST',
    route: '/api/deliveries/replay',
    access: can('write'),
    url: (f) => `/api/deliveries/replay${of(f)}`,
    body: (f) => ({ destinationId: f.destinationId, all: true }),
  },
  {
    method: 'GET',
    route: '/api/deliveries/:id',
    access: can('read'),
    url: (f) => `/api/deliveries/${f.deliveryId}${of(f)}`,
  },
  {
    method: 'POST',
    route: '/api/deliveries/:id/replay',
    access: can('write'),
    url: (f) => `/api/deliveries/${f.deliveryId}/replay${of(f)}`,
  },
  { method: 'DELETE', route: '/api/destinations/:id', access: can('admin'), url: destination },

  { method: 'GET', route: '/api/archives', access: can('read'), url: (f) => `/api/archives${of(f)}` },
  { method: 'GET', route: '/api/archives/status', access: can('read'), url: (f) => `/api/archives/status${of(f)}` },
  {
    method: 'POST',
    route: '/api/archives/run',
    access: can('admin'),
    body: ({ projectId }) => ({ project: projectId }),
  },
  {
    method: 'POST',
    route: '/api/archives/restore',
    access: can('admin'),
    url: (f) => `/api/archives/restore${of(f)}`,
    body: () => ({ fromMs: 0, toMs: 1, days: 1 }),
  },
  {
    method: 'POST',
    route: '/api/archives/verify',
    access: can('write'),
    url: (f) => `/api/archives/verify${of(f)}`,
  },
  {
    method: 'GET',
    route: '/api/archives/settings',
    access: can('admin'),
    url: (f) => `/api/archives/settings${of(f)}`,
  },
  {
    method: 'PUT',
    route: '/api/archives/settings',
    access: can('admin'),
    url: (f) => `/api/archives/settings${of(f)}`,
    body: () => ({
      ...{ hotDays: 30, retentionDays: 400, retentionDaysByStream: { spans: 60 }, infrequentAfterDays: 90 },
      warehouse: false,
    }),
  },
  { method: 'GET', route: '/api/archives/holds', access: can('admin'), url: (f) => `/api/archives/holds${of(f)}` },
  {
    method: 'POST',
    route: '/api/archives/holds',
    access: can('admin'),
    url: (f) => `/api/archives/holds${of(f)}`,
    body: () => ({ fromMs: 0, reason: 'a case' }),
  },
  {
    method: 'POST',
    route: '/api/archives/holds/:id/release',
    access: can('admin'),
    url: (f) => `/api/archives/holds/${f.holdId}/release${of(f)}`,
  },
  { method: 'GET', route: '/api/archives/:id', access: can('read'), url: archive },
  { method: 'POST', route: '/api/archives/:id/verify', access: can('write'), url: (f) => archive(f, '/verify') },
  { method: 'GET', route: '/api/archives/:id/download', access: can('export'), url: (f) => archive(f, '/download') },

  // Public as routes go: setup has a token of its own, and login is where an actor comes from.
  { method: 'POST', route: '/api/auth/setup', access: { kind: 'public' } },
  { method: 'POST', route: '/api/auth/login', access: { kind: 'public' } },
  { method: 'POST', route: '/api/auth/refresh', access: session },
  { method: 'POST', route: '/api/auth/logout', access: session },
  { method: 'POST', route: '/api/auth/revoke-all', access: session },
  { method: 'GET', route: '/api/auth/me', access: session },
  { method: 'GET', route: '/api/auth/sessions', access: session },
  { method: 'GET', route: '/api/auth/events', access: session },
  {
    method: 'DELETE',
    route: '/api/auth/sessions/:id',
    access: session,
    url: (f) => `/api/auth/sessions/${f.sessionId}`,
  },
  { method: 'POST', route: '/api/auth/password', access: session },
  { method: 'POST', route: '/api/auth/step-up', access: session },

  { method: 'POST', route: '/api/auth/login/second-factor', access: { kind: 'public' } },
  { method: 'POST', route: '/api/auth/passkeys/options', access: { kind: 'public' } },
  { method: 'POST', route: '/api/auth/passkeys/login', access: { kind: 'public' } },
  { method: 'GET', route: '/api/auth/factors', access: session },
  { method: 'POST', route: '/api/auth/factors/totp', access: session },
  { method: 'POST', route: '/api/auth/factors/totp/confirm', access: session, body: () => ({ code: '000000' }) },
  { method: 'DELETE', route: '/api/auth/factors/totp', access: session },
  { method: 'POST', route: '/api/auth/factors/recovery-codes', access: session },
  { method: 'POST', route: '/api/auth/passkeys/registration', access: session },
  { method: 'POST', route: '/api/auth/passkeys', access: session },
  { method: 'DELETE', route: '/api/auth/passkeys/:id', access: session, url: () => '/api/auth/passkeys/pky_none' },

  { method: 'GET', route: '/api/compliance/regimes', access: admins },
  {
    method: 'PUT',
    route: '/api/compliance/regimes/:id',
    access: admins,
    url: (f) => `/api/compliance/regimes/own_${f.projectId.slice(4)}`,
    body: () => ownRegime(),
  },
  { method: 'GET', route: '/api/compliance/breaches', access: admins },
  {
    ...{ method: 'POST', route: '/api/compliance/breaches', access: admins },
    body: () => ({ title: 'A breach', detectedAtMs: 1, awareAtMs: 2, regimeIds: ['gdpr'] }),
  },
  ...(
    [
      ['GET', ''],
      ['PATCH', '', () => ({ version: 1, nature: 'read' })],
      ['POST', '/clocks/:clock', () => ({ notNeeded: true, note: 'no risk' })],
      ['POST', '/resolve', () => ({ version: 1, resolution: 'over' })],
      ['GET', '/affected'],
      ['POST', '/affected', () => ({ q: '', from: 0, to: 1 })],
      ['GET', '/searches'],
      ['POST', '/searches/stop'],
      ['GET', '/notify'],
      [
        'POST',
        '/notify',
        (f: Fixture) => ({ destinationId: f.destinationId, subject: 'A breach', body: 'Read this.' }),
      ],
      ['POST', '/notify/stop'],
      ['GET', '/report'],
      ['GET', '/communications'],
      ['POST', '/communications', () => communication()],
    ] as [RouteRule['method'], string, RouteRule['body']?][]
  ).map(
    ([method, path, body]): RouteRule => ({
      ...{ method, route: `/api/compliance/breaches/:id${path}`, access: admins },
      url: (f) => `/api/compliance/breaches/${f.breachId}${path.replace(':clock', 'gdpr.authority_72h')}`,
      ...(body ? { body } : {}),
    }),
  ),

  {
    ...{ method: 'GET', route: '/api/compliance/breaches/:id/communications/draft', access: admins },
    url: (f) => `/api/compliance/breaches/${f.breachId}/communications/draft?template=${f.templateId}`,
  },
  ...(['GET', 'POST'] as const).map(
    (method): RouteRule => ({
      ...{ method, route: '/api/compliance/deletions/:id/communications', access: admins },
      url: (f) => `/api/compliance/deletions/${f.deletionId}/communications`,
      ...(method === 'POST' ? { body: () => communication() } : {}),
    }),
  ),
  {
    ...{ method: 'GET', route: '/api/compliance/deletions/:id/communications/draft', access: admins },
    // The template is for breaches, which is said of what it is for: 400.
    url: (f) => `/api/compliance/deletions/${f.deletionId}/communications/draft?template=${f.templateId}`,
  },
  { method: 'GET', route: '/api/compliance/templates', access: admins },
  { method: 'POST', route: '/api/compliance/templates', access: admins, body: () => template() },
  {
    ...{ method: 'PUT', route: '/api/compliance/templates/:id', access: admins },
    url: (f) => `/api/compliance/templates/${f.templateId}`,
    body: () => ({ ...template(), version: 1 }),
  },
  {
    ...{ method: 'DELETE', route: '/api/compliance/templates/:id', access: admins },
    url: (f) => `/api/compliance/templates/${f.templateId}`,
  },

  { method: 'GET', route: '/api/jobs', access: admins },
  { method: 'GET', route: '/api/jobs/:name/runs', access: admins, url: () => '/api/jobs/page_retention/runs' },
  { method: 'POST', route: '/api/jobs/:name/run', access: admins, url: () => '/api/jobs/page_retention/run' },
  { method: 'GET', route: '/api/compliance/deletions', access: admins },
  { method: 'POST', route: '/api/compliance/deletions', access: admins, body: deletion },
  ...['GET /:id', 'GET /:id/receipt', 'POST /:id/cancel', 'POST /:id/execute', 'POST /:id/holds'].map(
    (route): RouteRule => {
      const [method, path = ''] = route.split(' ');
      return {
        ...{ method: method as 'GET' | 'POST', route: `/api/compliance/deletions${path}`, access: admins },
        url: (f) => `/api/compliance/deletions${path.replace(':id', f.deletionId)}`,
        ...(path.endsWith('/cancel') ? { body: () => ({ reason: 'taken back' }) } : {}),
        ...(path.endsWith('/holds') ? { body: () => ({ category: 'caches', reason: 'a dispute' }) } : {}),
      };
    },
  ),
  {
    ...{ method: 'POST', route: '/api/compliance/deletions/:id/holds/:hold/release', access: admins },
    url: (f) => `/api/compliance/deletions/${f.deletionId}/holds/${f.deletionHoldId}/release`,
  },

  { method: 'GET', route: '/api/storage', access: admins },
  { method: 'GET', route: '/api/notices', access: admins },
  { method: 'GET', route: '/api/notices/settings', access: admins },
  {
    method: 'PUT',
    route: '/api/notices/settings',
    access: admins,
    body: (f) => ({ destinationIds: [f.destinationId] }),
  },
  { method: 'GET', route: '/api/log-settings', access: admins },
  { method: 'PUT', route: '/api/log-settings', access: admins, body: () => ({ projectId: null }) },
  { method: 'GET', route: '/api/audit', access: admins },
  { method: 'GET', route: '/api/audit/export', access: admins },
  { method: 'GET', route: '/api/audit/status', access: admins },
  { method: 'POST', route: '/api/audit/seal', access: admins },
  { method: 'POST', route: '/api/audit/verify', access: admins },
  { method: 'POST', route: '/api/audit/gap', access: admins, body: () => ({ toSeq: 1, reason: 'seen' }) },
  {
    method: 'POST',
    route: '/api/audit/acknowledge',
    access: admins,
    body: (f) => ({ findingId: f.findingId, reason: 'seen' }),
  },
  { method: 'GET', route: '/api/audit/proof/:seq', access: admins, url: () => '/api/audit/proof/1' },
  { method: 'GET', route: '/api/audit/checkpoints', access: admins },
  { method: 'GET', route: '/api/audit/schema-changes', access: admins },
  { method: 'GET', route: '/api/audit/keys', access: session },

  { method: 'GET', route: '/api/users', access: admins },
  {
    method: 'POST',
    route: '/api/users',
    access: admins,
    body: (f) => ({ username: `by-${f.userId}`, password: 'correct horse battery staple', role: 'viewer' }),
  },
  {
    method: 'PATCH',
    route: '/api/users/:id',
    access: admins,
    url: (f) => `/api/users/${f.userId}`,
    body: () => ({ disabled: false }),
  },

  { method: 'GET', route: '/api/projects', access: { kind: 'own-projects' } },
  { method: 'POST', route: '/api/projects', access: admins, body: () => ({ name: 'new' }) },
  { method: 'GET', route: '/api/projects/:id', access: can('read'), url: project },
  {
    method: 'PATCH',
    route: '/api/projects/:id',
    access: can('admin'),
    url: project,
    body: () => ({ name: 'renamed' }),
  },
  { method: 'GET', route: '/api/refused-keys', access: admins },
  { method: 'GET', route: '/api/projects/:id/ledger', access: can('read'), url: (f) => `${project(f)}/ledger` },
  { method: 'GET', route: '/api/projects/:id/limits', access: can('read'), url: (f) => `${project(f)}/limits` },
  {
    method: 'GET',
    route: '/api/projects/:id/cardinality',
    access: can('read'),
    url: (f) => `${project(f)}/cardinality`,
  },
  {
    method: 'POST',
    route: '/api/projects/:id/cardinality/release',
    access: can('admin'),
    url: (f) => `${project(f)}/cardinality/release`,
  },
  { method: 'GET', route: '/api/projects/:id/browser', access: can('read'), url: (f) => `${project(f)}/browser` },
  {
    method: 'PUT',
    route: '/api/projects/:id/browser',
    access: can('admin'),
    url: (f) => `${project(f)}/browser`,
    body: () => ({ pageRules: ['/u/*'], bots: 'drop' }),
  },
  {
    method: 'POST',
    route: '/api/projects/:id/browser/preview',
    access: can('read'),
    url: (f) => `${project(f)}/browser/preview`,
    body: () => ({ paths: ['/users/1'] }),
  },
  { method: 'GET', route: '/api/sites', access: can('read'), url: (f) => `/api/sites${of(f)}` },
  { method: 'GET', route: '/api/pages', access: can('read'), url: (f) => `/api/pages${of(f)}` },
  { method: 'GET', route: '/api/projects/:id/keys', access: can('admin'), url: (f) => `${project(f)}/keys` },
  {
    method: 'POST',
    route: '/api/projects/:id/keys',
    access: can('admin'),
    url: (f) => `${project(f)}/keys`,
    body: () => ({ name: 'new', scopes: ['ingest'] }),
  },
  {
    method: 'POST',
    route: '/api/projects/:id/keys/:keyId/rotate',
    access: can('admin'),
    url: (f) => `${key(f)}/rotate`,
  },
  { method: 'DELETE', route: '/api/projects/:id/keys/:keyId', access: can('admin'), url: key },

  { method: 'GET', route: '/api/query/logs', access: can('read'), url: (f) => `/api/query/logs${of(f)}` },
  {
    method: 'GET',
    route: '/api/query/logs/histogram',
    access: can('read'),
    url: (f) => `/api/query/logs/histogram${of(f)}`,
  },
  { method: 'GET', route: '/api/query/logs/facets', access: can('read'), url: (f) => `/api/query/logs/facets${of(f)}` },
  {
    method: 'GET',
    route: '/api/query/logs/context/:id',
    access: can('read'),
    url: (f) => `/api/query/logs/context/${f.recordId}${of(f)}`,
  },
  {
    method: 'GET',
    route: '/api/query/metrics/timeseries',
    access: can('read'),
    url: (f) => `/api/query/metrics/timeseries${of(f)}&name=cpu`,
  },
  {
    method: 'GET',
    route: '/api/query/metrics/names',
    access: can('read'),
    url: (f) => `/api/query/metrics/names${of(f)}`,
  },
  ...(['summary', 'timeseries', 'pages', 'breakdown', 'distribution'] as const).map(
    (question): RouteRule => ({
      method: 'GET',
      route: `/api/query/vitals/${question}`,
      access: can('read'),
      url: (f) => `/api/query/vitals/${question}${of(f)}&name=LCP`,
    }),
  ),
  {
    method: 'GET',
    route: '/api/query/anomalies',
    access: can('read'),
    url: (f) => `/api/query/anomalies${of(f)}`,
  },
  { method: 'GET', route: '/api/p2p/metrics', access: can('read'), url: (f) => `/api/p2p/metrics${of(f)}` },
  { method: 'GET', route: '/api/p2p/trends', access: can('read'), url: (f) => `/api/p2p/trends${of(f)}` },
  { method: 'GET', route: '/api/profile/metrics', access: can('read'), url: (f) => `/api/profile/metrics${of(f)}` },
  { method: 'GET', route: '/api/profile/trends', access: can('read'), url: (f) => `/api/profile/trends${of(f)}` },
  { method: 'GET', route: '/api/history', access: can('read'), url: (f) => `/api/history${of(f)}` },
  { method: 'GET', route: '/api/data', access: can('read'), url: (f) => `/api/data${of(f)}` },
  {
    method: 'GET',
    route: '/api/query/traces/:traceId',
    access: can('read'),
    url: (f) => `/api/query/traces/${f.traceId}${of(f)}`,
  },
  { method: 'GET', route: '/api/export', access: can('export'), url: (f) => `/api/export${of(f)}` },
  {
    method: 'GET',
    route: '/api/archives/warehouse',
    access: can('read'),
    url: (f) => `/api/archives/warehouse${of(f)}`,
  },
  {
    method: 'GET',
    route: '/api/archives/warehouse/:day/:stream',
    access: can('export'),
    url: (f) => `/api/archives/warehouse/${f.warehouseDay}/logs${of(f)}`,
  },
  { method: 'GET', route: '/api/searches', access: can('read'), url: (f) => `/api/searches${of(f)}` },
  {
    method: 'POST',
    route: '/api/searches',
    access: can('write'),
    body: (f) => ({ project: f.projectId, name: 'new', q: 'level:error' }),
  },
  {
    method: 'DELETE',
    route: '/api/searches/:id',
    access: can('write'),
    url: (f) => `/api/searches/${f.searchId}${of(f)}`,
  },

  { method: 'GET', route: '/api/query/errors', access: can('read'), url: (f) => `/api/query/errors${of(f)}` },
  {
    method: 'GET',
    route: '/api/query/errors/:fingerprint',
    access: can('read'),
    url: (f) => `/api/query/errors/${f.fingerprint}${of(f)}`,
  },
  {
    method: 'PATCH',
    route: '/api/errors/:fingerprint',
    access: can('write'),
    url: (f) => `/api/errors/${f.fingerprint}${of(f)}`,
    body: () => ({ status: 'resolved' }),
  },
  { method: 'GET', route: '/api/query/sessions', access: can('read'), url: (f) => `/api/query/sessions${of(f)}` },
  {
    method: 'GET',
    route: '/api/query/sessions/:id',
    access: can('read'),
    url: (f) => `/api/query/sessions/${f.visitId}${of(f)}`,
  },
  { method: 'GET', route: '/api/releases', access: can('read'), url: (f) => `/api/releases${of(f)}` },
  {
    method: 'POST',
    route: '/api/releases',
    access: can('write'),
    body: (f) => ({ project: f.projectId, release: '1.4.0' }),
  },

  {
    method: 'PUT',
    route: '/api/projects/:id/sourcemaps',
    access: can('write'),
    url: (f) => `${project(f)}/sourcemaps?release=1.4.0&file=app.js`,
    body: () => ({ version: 3, sources: [], names: [], mappings: '' }),
  },
  {
    method: 'GET',
    route: '/api/projects/:id/sourcemaps',
    access: can('read'),
    url: (f) => `${project(f)}/sourcemaps`,
  },
  {
    method: 'DELETE',
    route: '/api/projects/:id/sourcemaps',
    access: can('write'),
    url: (f) => `${project(f)}/sourcemaps?release=1.4.0`,
  },

  { method: 'OPTIONS', route: '/api/fraud/cookie-telemetry', access: { kind: 'public' } },
  {
    method: 'GET',
    route: '/api/fraud/cookie-telemetry',
    access: { kind: 'any-key' },
    url: (f) => `/api/fraud/cookie-telemetry${of(f)}`,
  },
  {
    method: 'GET',
    route: '/api/fraud/cookie-telemetry/history',
    access: can('read'),
    url: (f) => `/api/fraud/cookie-telemetry/history${of(f)}`,
  },
  {
    method: 'POST',
    route: '/api/fraud/cookies/lint',
    access: can('read'),
    url: (f) => `/api/fraud/cookies/lint${of(f)}`,
    body: () => ({ setCookie: ['a=1'], url: 'https://shop.example/' }),
  },

  { method: 'POST', route: '/api/etl/start', access: { kind: 'send' }, body: etlPayload },
  { method: 'POST', route: '/api/etl/dry-run', access: can('write'), body: etlPayload },
  { method: 'GET', route: '/api/etl/schemas', access: can('read'), url: (f) => `/api/etl/schemas${of(f)}` },
  {
    method: 'GET',
    route: '/api/etl/schemas/:dataType',
    access: can('read'),
    url: (f) => `/api/etl/schemas/JSON${of(f)}`,
  },
  {
    method: 'PUT',
    route: '/api/etl/schemas/:dataType',
    access: can('admin'),
    url: (f) => `/api/etl/schemas/JSON${of(f)}`,
    body: () => ({ unknownFields: 'keep' }),
  },
  {
    method: 'POST',
    route: '/api/etl/schemas/:dataType',
    access: can('admin'),
    url: (f) => `/api/etl/schemas/JSON${of(f)}`,
    body: () => ({ unknownFields: 'keep' }),
  },
  { method: 'GET', route: '/api/etl/jobs', access: can('read'), url: (f) => `/api/etl/jobs${of(f)}` },
  { method: 'GET', route: '/api/etl/jobs/:id', access: can('read'), url: (f) => etlJob(f) },
  { method: 'GET', route: '/api/etl/jobs/:id/rejects', access: can('export'), url: (f) => etlJob(f, '/rejects') },
  {
    method: 'POST',
    route: '/api/etl/jobs/:id/resend',
    access: can('write'),
    url: (f) => etlJob(f, '/resend'),
    headers: { 'idempotency-key': 'again' },
  },
];
