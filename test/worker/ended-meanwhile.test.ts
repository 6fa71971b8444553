import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { createUser, signIn, type TestUser } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { PREPARED } from '../helpers/worker/changes.ts';
import { databaseWith } from '../helpers/worker/faulty-database.ts';
import { makeFixture, makeFixtureFor } from '../helpers/worker/fixture.ts';
import { type Fixture, ROUTES, type RouteRule } from '../helpers/worker/route-table.ts';

/** A session that ends after a request of it was let in and before its change: the database decides which of the two came first. */

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 });

const outcome = ({ status, body }: Answer) => `${status} ${body?.code ?? ''}`.trim();

/** Changes that are no change of the database's, or of sessions alone, each of which looks at the session's row in its own statement. */
const NONE: readonly string[] = [
  ...['refresh', 'logout', 'revoke-all', 'step-up'].map((name) => `POST /api/auth/${name}`),
  'DELETE /api/auth/sessions/:id',
  'POST /api/auth/passkeys/registration', // a challenge, which only that session can use
  'POST /api/fraud/cross-lookup',
  'POST /api/fraud/rules/dry-run',
  'POST /api/fraud/cookies/lint',
  'POST /api/projects/:id/browser/preview',
  'POST /api/destinations/preview',
  'POST /api/alerts/rules/preview',
  // Records go to the journal: late-bodies.test.ts.
  ...['start', 'dry-run', 'jobs/:id/resend'].map((name) => `POST /api/etl/${name}`),
];

const CHANGES = ROUTES.filter(
  ({ method, route, access }) =>
    ['session', 'own-projects', 'role', 'project', 'send', 'any-key'].includes(access.kind) &&
    method !== 'GET' &&
    !NONE.includes(`${method} ${route}`),
);

const RESET: RouteRule = {
  ...(ROUTES.find(({ method, route }) => method === 'PATCH' && route === '/api/users/:id') as RouteRule),
  body: () => ({ resetFactors: true }),
};
const TABLE = [
  ...CHANGES.map((rule): [string, RouteRule] => [`${rule.method} ${rule.route}`, rule]),
  ['PATCH /api/users/:id of factors', RESET] satisfies [string, RouteRule],
];

/** Anew for each: a change that is made once is made to something else each time. What prepares one may use all of it. */
const fixtureFor = (name: string, rule: RouteRule): Promise<Fixture> =>
  name in PREPARED ? makeFixture() : makeFixtureFor(rule);

async function rowsOf(user: TestUser): Promise<number> {
  const count = `SELECT count(*) AS n FROM audit WHERE actor_id = ?1 AND action NOT GLOB 'session.*' AND action NOT GLOB 'sessions.*'`;
  return Number(await env.DB.prepare(count).bind(user.id).first('n'));
}

/** The change, before whose transaction this happens. */
async function change(name: string, rule: RouteRule, as: SignedIn, happens: () => Promise<unknown>): Promise<Answer> {
  const fixture = await fixtureFor(name, rule);
  const { url, body } = { url: undefined, body: undefined, ...(await PREPARED[name]?.(as, fixture)) };
  const sent = body ?? rule.body?.(fixture);
  const DB = databaseWith(env.DB, async (sql, run) => {
    if (sql.includes('INTO audit')) await happens();
    return run();
  });
  return callApp(rule.method, url ?? rule.url?.(fixture) ?? rule.route, {
    ...{ app: createApp(), env: { ...env, DB }, as },
    ...(sent === undefined ? {} : { body: sent }),
    ...(rule.headers ? { headers: rule.headers } : {}),
  });
}

describe('a session that ends before the change of its request', () => {
  it.each(TABLE)('%s changes nothing, and says that nobody is signed in', async (name, rule) => {
    const user = await createUser({ role: 'admin' });
    const session = await signIn(user);
    let before = 0;
    const answer = await change(name, rule, session, async () => {
      before = await rowsOf(user);
      const owner = await signIn(user);
      expect((await callApp('POST', '/api/auth/revoke-all', { as: owner })).status).toBe(204);
    });
    expect(outcome(answer)).toBe('401 unauthenticated');
    expect(await rowsOf(user)).toBe(before);
  });

  it.each(TABLE)('%s makes the change where the session goes on, and its row names it', async (name, rule) => {
    const user = await createUser({ role: 'admin' });
    const session = await signIn(user);
    expect((await change(name, rule, session, async () => undefined)).status).toBeLessThan(300);
    const last = 'SELECT session_id FROM audit WHERE actor_id = ?1 AND table_name IS NULL ORDER BY seq DESC LIMIT 1';
    expect(await env.DB.prepare(last).bind(user.id).first('session_id')).toBe(session.sessionId);
  });
});
