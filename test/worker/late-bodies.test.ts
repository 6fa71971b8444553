import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { PROOF_MS } from '../../src/auth/guard.ts';
import { createUser, signIn, signInAs, type TestUser } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, lateBody, type SignedIn } from '../helpers/worker/call-app.ts';
import { makeFixture } from '../helpers/worker/fixture.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { type Fixture, ROUTES, type RouteRule } from '../helpers/worker/route-table.ts';

/**
 * Whoever holds a copied cookie may send the head of a request and keep its body back until the owner has ended the session. What counts is what
 * the session may when the request is there in whole.
 */

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 });

/** Every change that a session may make. */
const CHANGES = ROUTES.filter(
  ({ method, access }) =>
    method !== 'GET' && ['session', 'own-projects', 'role', 'project', 'send', 'any-key'].includes(access.kind),
).map((rule): [string, RouteRule] => [`${rule.method} ${rule.route}`, rule]);

const outcome = ({ status, body }: Answer) => `${status} ${body?.code ?? ''}`.trim();

let admin: SignedIn;
let fixture: Fixture;
beforeAll(async () => {
  admin = await signInAs('admin');
  fixture = await makeFixture();
});

/** The request, of whose body nothing comes before this has happened. */
function callLate(rule: RouteRule, as: SignedIn, happens: () => Promise<void>): Promise<Answer> {
  return callApp(rule.method, rule.url?.(fixture) ?? rule.route, {
    as,
    body: lateBody(happens, JSON.stringify(rule.body?.(fixture) ?? {})),
    headers: { 'content-type': 'application/json', ...rule.headers },
  });
}

/** What a user changed. What is about sessions alone changes nothing else. */
async function changesBy(userId: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT action FROM audit WHERE actor_id = ?1 AND table_name IS NULL AND action NOT GLOB 'session.*' ORDER BY seq`,
  )
    .bind(userId)
    .all<{ action: string }>();
  return results.map(({ action }) => action);
}

async function patchUser({ id }: TestUser, body: object): Promise<void> {
  expect((await callApp('PATCH', `/api/users/${id}`, { as: admin, body })).status).toBe(200);
}

const ENDINGS: readonly [string, (user: TestUser, session: SignedIn) => Promise<void>][] = [
  [
    'its session was revoked from another one',
    async (user, { sessionId }) => {
      const as = await signIn(user);
      expect((await callApp('DELETE', `/api/auth/sessions/${sessionId}`, { as })).status).toBe(204);
    },
  ],
  [
    'its user signed out everywhere',
    async (user) => {
      expect((await callApp('POST', '/api/auth/revoke-all', { as: await signIn(user) })).status).toBe(204);
    },
  ],
  ['its user got a lower role', (user) => patchUser(user, { role: 'viewer' })],
  ['its user was disabled', (user) => patchUser(user, { disabled: true })],
  ['its user got another password', (user) => patchUser(user, { password: 'a password of the administrator' })],
];

describe.each(ENDINGS)('a body that comes after %s', (_, end) => {
  it.each(CHANGES)('is refused by %s, and nothing is changed', async (_, rule) => {
    const user = await createUser({ role: 'admin' });
    const session = await signIn(user);
    const ended = vi.fn(() => end(user, session));
    expect(outcome(await callLate(rule, session, ended))).toBe('401 unauthenticated');
    expect(ended).toHaveBeenCalledOnce();
    expect(await changesBy(user.id)).toEqual([]);
  });
});

describe('a body that comes when the proof of its session is too old', () => {
  /** As an administrator whose proof is as old as this when the head comes and when the body does. */
  async function outcomeAt(rule: RouteRule, { headMs, bodyMs }: { headMs: number; bodyMs: number }): Promise<string> {
    const startMs = Date.now();
    const session = await signIn(await createUser({ role: 'admin' }), startMs);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(startMs + headMs);
    const answer = await callLate(rule, session, async () => void vi.setSystemTime(startMs + bodyMs));
    vi.useRealTimers();
    return outcome(answer);
  }

  const asks = async (rule: RouteRule) => outcomeAt(rule, { headMs: PROOF_MS, bodyMs: PROOF_MS });
  const isRefusal = '403 step_up_required';

  it.each(CHANGES)('is refused by %s, if that asks for a proof', async (_, rule) => {
    const late = await outcomeAt(rule, { headMs: PROOF_MS - 1, bodyMs: PROOF_MS });
    expect(late === isRefusal).toBe((await asks(rule)) === isRefusal);
  });

  it('is one that several routes refuse, or the above would say nothing', async () => {
    const refused: string[] = [];
    for (const [name, rule] of CHANGES) if ((await asks(rule)) === isRefusal) refused.push(name);
    expect(refused).toEqual(
      expect.arrayContaining([
        'POST /api/users',
        'PATCH /api/users/:id',
        'PUT /api/fraud/rules',
        'POST /api/auth/passkeys',
      ]),
    );
  });
});

describe('a body that comes slowly, of a session that goes on', () => {
  it.each(CHANGES)('is served by %s', async (_, rule) => {
    const answer = await callLate(rule, await signInAs('admin'), async () => undefined);
    expect([401, 403, 413, 500]).not.toContain(answer.status);
  });
});

describe('a stream of records', () => {
  it('stops where its session ends: what is stored is counted in the answer, and no more is taken', async () => {
    const session = await signInAs('analyst');
    const { projectId } = await makeFixture();
    const before = (await everyRecord(projectId)).length;
    const lines = (count: number) => '{"message":"streamed"}\n'.repeat(count);
    const body = lateBody(
      lines(8_000),
      async () => {
        expect((await callApp('POST', '/api/auth/revoke-all', { as: session })).status).toBe(204);
      },
      lines(8_000),
    );
    const answer = await callApp('POST', `/api/etl/start?dataType=JSON&project=${projectId}`, { as: session, body });
    expect(outcome(answer)).toBe('401 unauthenticated');
    // Batches end by their content; one that was begun before is not stored either.
    expect(answer.body.stored).toBeGreaterThan(0);
    expect(answer.body.stored).toBeLessThanOrEqual(8_000);
    expect((await everyRecord(projectId)).length).toBe(before + answer.body.stored);
  });
});
