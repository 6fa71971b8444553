/** The requests of the table of routes with what an instance really has: those that do what their route is for. */
import { type ApiFixture, MADE_PASSWORD } from '../helpers/node/api-fixture.ts';
import { type Access, type Fixture, ROUTES, type RouteRule } from '../helpers/worker/route-table.ts';

export interface ListedRequest {
  method: string;
  /** As the document has it. */
  route: string;
  access: Access['kind'];
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  /** As sent; null where there is none. */
  body: string | null;
}

interface Change {
  url?: (fixture: ApiFixture) => string;
  body?: (fixture: ApiFixture) => unknown;
}

const DAY_MS = 86_400_000;
const DELETIONS = '/api/compliance/deletions';
const BREACHES = '/api/compliance/breaches';

/** Where the table has what shows who is let in, this is what they come for. */
const CHANGES: Readonly<Record<string, Change>> = {
  'POST /api/auth/login': { body: () => ({ username: 'admin', password: MADE_PASSWORD }) },
  'POST /api/auth/step-up': { body: () => ({ password: MADE_PASSWORD }) },
  'POST /api/auth/password': {
    body: () => ({ currentPassword: MADE_PASSWORD, newPassword: 'a battery that is stapled' }),
  },
  'POST /api/alerts/silences': { body: () => ({ matchers: { team: 'none' }, untilMs: Date.now() + DAY_MS }) },
  'PUT /api/compliance/regimes/{id}': { url: (f) => `/api/compliance/regimes/own_${f.breachId.slice(4)}` },
  [`POST ${BREACHES}/{id}/resolve`]: {
    url: (f) => `${BREACHES}/${f.resolvedId}/resolve`,
    body: () => ({ version: 2, resolution: 'over' }),
  },
  [`POST ${BREACHES}/{id}/notify`]: {
    url: (f) => `${BREACHES}/${f.affectingId}/notify`,
    body: (f) => ({ destinationId: f.openDestinationId, subject: 'A breach', body: 'Read this.' }),
  },
  [`POST ${BREACHES}/{id}/notify/stop`]: { url: (f) => `${BREACHES}/${f.affectingId}/notify/stop` },
  [`GET ${DELETIONS}/{id}/communications/draft`]: {
    url: (f) => `${DELETIONS}/${f.deletionId}/communications/draft?template=${f.deletionTemplateId}`,
  },
  [`GET ${DELETIONS}/{id}/receipt`]: { url: (f) => `${DELETIONS}/${f.executedId}/receipt` },
  [`POST ${DELETIONS}/{id}/cancel`]: { url: (f) => `${DELETIONS}/${f.cancelledId}/cancel` },
  [`POST ${DELETIONS}/{id}/execute`]: { url: (f) => `${DELETIONS}/${f.dueId}/execute` },
  [`POST ${DELETIONS}/{id}/holds`]: { body: () => ({ category: 'fraud_events', reason: 'a dispute' }) },
};

/** One of each fixture, by `POST /api/searches`. */
export function listedRequests(fixtures: readonly ApiFixture[]): Map<string, ListedRequest[]> {
  return new Map(
    // `fetch` asks for no socket.
    ROUTES.filter(({ access }) => access.kind !== 'socket').map((rule) => {
      const name = `${rule.method} ${documented(rule.route)}`;
      const findingId = 'fnd_none'; // no API makes one
      return [name, fixtures.map((fixture) => listed(rule, { ...fixture, findingId }, CHANGES[name]))];
    }),
  );
}

function listed(rule: RouteRule, fixture: ApiFixture & Fixture, change: Change = {}): ListedRequest {
  const { method, route, access, headers = {} } = rule;
  const given = (change.body ?? rule.body)?.(fixture);
  return {
    ...{ method, route: documented(route), access: access.kind },
    path: (change.url ?? rule.url)?.(fixture) ?? route,
    // The same of two fixtures would be one request.
    headers: 'idempotency-key' in headers ? { ...headers, 'idempotency-key': crypto.randomUUID() } : headers,
    body: given === undefined ? null : typeof given === 'string' ? given : JSON.stringify(given),
  };
}

function documented(route: string): string {
  return route.replaceAll(/:(\w+)/g, '{$1}');
}
