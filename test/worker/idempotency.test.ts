import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { runCron } from '../../src/cron.ts';
import type { Env, Role } from '../../src/env.ts';
import { idempotent } from '../../src/idempotency/index.ts';
import { authPorts } from '../../src/ports.ts';
import { identify } from '../../src/projects/index.ts';
import { type AppEnv, onFault, requestContext } from '../../src/shared/http.ts';
import { createKey, createProject, createUser, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, type CallOptions, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { databaseAway, databaseWith } from '../helpers/worker/faulty-database.ts';
import { logLines } from '../helpers/worker/log-lines.ts';
import { until } from '../helpers/worker/until.ts';

let admin: SignedIn;
let projectId: string;
beforeAll(async () => {
  projectId = (await createProject()).id;
});

let serial = 0;
let key: string;
let errors: ReturnType<typeof vi.spyOn>;
beforeEach(async () => {
  key = `client-key-${++serial}`;
  // A new one for each: some tests run the cron of a later day, which deletes old sessions.
  admin = await signInAs('admin');
  errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

type SendOptions = CallOptions & { method?: string; path?: string; idempotencyKey?: string };

/** `POST /api/projects` by the administrator, unless it says otherwise. The name of the project is the test's key, so that it can be counted. */
function send({
  method = 'POST',
  path = '/api/projects',
  idempotencyKey = key,
  ...rest
}: SendOptions = {}): Promise<Answer> {
  const who = rest.as || rest.key !== undefined ? {} : { as: admin };
  const headers = { 'idempotency-key': idempotencyKey, ...rest.headers };
  return callApp(method, path, { body: { name: key }, ...who, ...rest, headers });
}

const outcome = ({ status, body }: Answer) => `${status} ${body?.code ?? ''}`.trim();
const isReplay = ({ headers }: Answer) => headers.get('idempotent-replayed') === 'true';

/** How many projects the key of this test has made. */
async function made(): Promise<number> {
  const row = await env.DB.prepare('SELECT count(*) AS n FROM projects WHERE name = ?1')
    .bind(key)
    .first<{ n: number }>();
  return row?.n ?? -1;
}

const later = (ms: number): { app: ReturnType<typeof createApp>; env: Env } => ({
  app: createApp(),
  env: { ...env, CLOCK_OFFSET_MS: String(ms) },
});
const AFTER_LEASE = 61_000;

describe('with a key', () => {
  it('100 concurrent requests run once', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => send()));
    const [ran, ...more] = answers.filter((answer) => answer.status === 201 && !isReplay(answer));
    expect(more).toEqual([]);
    for (const answer of answers) {
      if (answer.status === 201) expect(answer.body).toEqual(ran?.body);
      else expect([outcome(answer), answer.headers.get('retry-after')]).toEqual(['409 idempotency_key_in_use', '1']);
    }
    expect(await made()).toBe(1);
    const repeat = await send();
    expect([repeat.status, isReplay(repeat), repeat.body]).toEqual([201, true, ran?.body]);
    expect((await auditOf(ran?.body.id)).map(({ action }) => action)).toEqual(['project.create']);
  });

  it('a repeat gets the first answer byte for byte, the API key that is shown once too', async () => {
    const options = { path: `/api/projects/${projectId}/keys`, body: { name: 'k', scopes: ['ingest'] } };
    const first = await send(options);
    const repeat = await send(options);
    expect(first.body.key).toMatch(/^bw_/);
    expect(JSON.stringify(repeat.body)).toBe(JSON.stringify(first.body));
    expect([repeat.status, repeat.headers.get('content-type')]).toEqual([201, first.headers.get('content-type')]);
    expect([isReplay(first), isReplay(repeat)]).toEqual([false, true]);
    // What an answer says of its own request is of this one.
    expect(repeat.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect(repeat.headers.get('cache-control')).toBe('no-store');
  });

  it('an answer without a body is replayed, and the change is audited once', async () => {
    const doomed = await createKey(projectId);
    const options = { method: 'DELETE', path: `/api/projects/${projectId}/keys/${doomed.id}`, body: undefined };
    const [first, repeat] = [await send(options), await send(options)];
    expect([first.status, repeat.status, isReplay(repeat), repeat.body]).toEqual([204, 204, true, '']);
    expect((await auditOf(doomed.id)).map(({ action }) => action)).toEqual(['key.create', 'key.revoke']);
  });

  it('a change ends what depends on it, as it does without a key: statements after the audit row still see that it was written', async () => {
    const user = await createUser({ role: 'analyst' });
    const session = await signIn(user);
    const options = { method: 'PATCH', path: `/api/users/${user.id}`, body: { role: 'viewer' } };
    expect((await send(options)).status).toBe(200);
    expect((await callApp('GET', '/api/auth/me', { as: session })).status).toBe(401);
    const again = await signIn(user);
    expect(isReplay(await send(options))).toBe(true);
    expect((await callApp('GET', '/api/auth/me', { as: again })).status).toBe(200);
  });

  it('another payload is refused: another body, another query', async () => {
    await send();
    expect(outcome(await send({ body: { name: 'another' } }))).toBe('422 idempotency_key_reused');
    expect(outcome(await send({ path: '/api/projects?x=1' }))).toBe('422 idempotency_key_reused');
    expect(isReplay(await send())).toBe(true);
  });

  it.each([
    ['an empty one', ''],
    ['one of 256 characters', 'k'.repeat(256)],
    ['one that is not ASCII', 'cl\u00e9'],
    ['one with a tab', 'a\tb'],
  ])('%s is refused', async (_, malformed) => {
    const answer = await send({ idempotencyKey: malformed });
    expect([outcome(answer), answer.body.errors[0].pointer]).toEqual(['400 invalid_input', '/Idempotency-Key']);
    expect(await made()).toBe(0);
  });

  it('of 255 characters, or in the quotes of the draft, it is a key', async () => {
    expect((await send({ idempotencyKey: 'k'.repeat(255) })).status).toBe(201);
    expect((await send({ idempotencyKey: '"8e03978e-40d5-43dd-bc93-6894a57f9324"' })).status).toBe(201);
  });

  it('a body larger than management bodies are is refused before anything is claimed', async () => {
    expect(outcome(await send({ body: { name: 'x'.repeat(70_000) } }))).toBe('413 body_too_large');
    expect((await send()).status).toBe(201);
  });

  it('without one each request is made for itself', async () => {
    for (let i = 0; i < 2; i++)
      expect((await callApp('POST', '/api/projects', { as: admin, body: { name: key } })).status).toBe(201);
    expect(await made()).toBe(2);
  });

  it('reading is not concerned', async () => {
    const [first, second] = [
      await send({ method: 'GET', body: undefined }),
      await send({ method: 'GET', body: undefined }),
    ];
    expect([first.status, second.status, isReplay(second)]).toEqual([200, 200, false]);
  });
});

describe('one key is another', () => {
  it('for another principal', async () => {
    const [own, others] = [await send(), await send({ as: await signInAs('admin') })];
    expect([own.status, others.status, isReplay(others)]).toEqual([201, 201, false]);
    expect(await made()).toBe(2);
  });

  it('for the same person in another session it is the same', async () => {
    const user = await createUser({ role: 'admin' });
    await send({ as: await signIn(user) });
    expect(isReplay(await send({ as: await signIn(user) }))).toBe(true);
  });

  it('for another project, by path and by body', async () => {
    const other = (await createProject()).id;
    for (const id of [projectId, other]) {
      const byPath = await send({ path: `/api/projects/${id}/keys`, body: { name: 'k', scopes: ['ingest'] } });
      const byBody = await send({ path: '/api/searches', body: { project: id, name: 's', q: '' } });
      expect([byPath.status, isReplay(byPath), byBody.status, isReplay(byBody)]).toEqual([201, false, 201, false]);
    }
  });

  it('for another method and another path', async () => {
    const path = `/api/projects/${projectId}`;
    const renamed = await send({ method: 'PATCH', path, body: { name: 'renamed' } });
    const created = await send({ path: `${path}/keys`, body: { name: 'k', scopes: ['ingest'] } });
    const deleted = await send({ method: 'DELETE', path: `${path}/keys/${created.body.id}`, body: undefined });
    expect([renamed.status, created.status, deleted.status]).toEqual([200, 201, 204]);
  });
});

describe('a refusal that changed nothing', () => {
  it('of validation leaves the key free for the corrected request', async () => {
    expect(outcome(await send({ body: { name: '' } }))).toBe('400 invalid_input');
    expect((await send()).status).toBe(201);
  });

  it('is decided anew each time', async () => {
    const path = `/api/projects/${projectId}/keys/key_none`;
    for (let i = 0; i < 2; i++) {
      const answer = await send({ method: 'DELETE', path, body: undefined });
      expect([outcome(answer), isReplay(answer)]).toEqual(['404 not_found', false]);
    }
  });

  it('of who may not is not kept for when he may', async () => {
    const user = await createUser({ role: 'viewer' });
    expect(outcome(await send({ as: await signIn(user) }))).toBe('403 forbidden');
    await env.DB.prepare(`UPDATE users SET role = 'admin' WHERE id = ?1`).bind(user.id).run();
    expect((await send({ as: await signIn(user) })).status).toBe(201);
  });
});

describe('a repeat is refused before it is answered', () => {
  const grant = (userId: string, set: string) =>
    env.DB.prepare(`UPDATE users SET ${set} WHERE id = ?1`).bind(userId).run();

  it('to a cookie without its token, and from another origin', async () => {
    await send();
    expect(outcome(await send({ as: admin, csrf: null }))).toBe('403 csrf_failed');
    expect(outcome(await send({ headers: { origin: 'https://evil.example' } }))).toBe('403 cross_site_request');
    expect(outcome(await callApp('POST', '/api/projects', { headers: { 'idempotency-key': key } }))).toBe(
      '401 unauthenticated',
    );
    expect(isReplay(await send())).toBe(true);
  });

  it('to a key that was revoked, and to one whose project was disabled', async () => {
    const project = (await createProject()).id;
    const apiKey = await createKey(project, ['admin']);
    const options = { key: apiKey.key, path: '/api/searches', body: { name: 's', q: '' } };
    expect((await send(options)).status).toBe(201);
    expect(isReplay(await send(options))).toBe(true);
    await callApp('PATCH', `/api/projects/${project}`, { as: admin, body: { disabled: true } });
    expect(outcome(await send(options))).toBe('403 project_disabled');
    await callApp('PATCH', `/api/projects/${project}`, { as: admin, body: { disabled: false } });
    await callApp('DELETE', `/api/projects/${project}/keys/${apiKey.id}`, { as: admin });
    expect(outcome(await send(options))).toBe('401 key_revoked');
  });

  it('to a user who was disabled', async () => {
    const user = await createUser({ role: 'admin' });
    const session = await signIn(user);
    await send({ as: session });
    await grant(user.id, 'disabled = 1');
    expect(outcome(await send({ as: session }))).toBe('401 unauthenticated');
  });

  it.each<[string, Role, string, string]>([
    ['role', 'admin', `role = 'viewer'`, '403 forbidden'],
    ['role and the project', 'admin', `role = 'viewer', project_ids = '["prj_another"]'`, '404 not_found'],
  ])('to a user who lost the %s, although the answer is of his own request', async (_, role, set, refusal) => {
    const user = await createUser({ role });
    const options = { path: `/api/projects/${projectId}/keys`, body: { name: 'k', scopes: ['admin'] } };
    const first = await send({ ...options, as: await signIn(user) });
    expect(first.status).toBe(201);
    await grant(user.id, set);
    const repeat = await send({ ...options, as: await signIn(user) });
    expect([outcome(repeat), isReplay(repeat)]).toEqual([refusal, false]);
    expect(JSON.stringify(repeat.body)).not.toContain(first.body.key);
    await grant(user.id, `role = 'admin', project_ids = NULL`);
    expect((await send({ ...options, as: await signIn(user) })).body).toEqual(first.body);
  });
});

describe('what is stored', () => {
  it('holds neither the key nor anything of the answer', async () => {
    const { body } = await send({
      path: `/api/projects/${projectId}/keys`,
      body: { name: 'secret-name', scopes: ['ingest'] },
    });
    const { results } = await env.DB.prepare('SELECT * FROM idempotency_keys').all<Record<string, unknown>>();
    expect(results.length).toBeGreaterThan(0);
    const readable = results.map(
      (row) => `${JSON.stringify(row)} ${Buffer.from(String(row.answer ?? ''), 'base64').toString('latin1')}`,
    );
    for (const text of readable) {
      for (const secret of [key, body.key, body.key.split('.')[3], body.id, projectId, admin.userId, 'secret-name']) {
        expect(text).not.toContain(secret);
      }
    }
  });

  it('is forgotten after 24 hours, and deleted by the hourly cron', async () => {
    const apiKey = (await createKey(projectId, ['admin'])).key;
    const options = { key: apiKey, path: '/api/searches', body: { name: key, q: '' } };
    const first = await send(options);
    const justBefore = await send({ ...options, ...later(24 * 3_600_000 - 60_000) });
    expect([justBefore.status, isReplay(justBefore), justBefore.body]).toEqual([201, true, first.body]);
    const after = await send({ ...options, ...later(24 * 3_600_000 + 1_000) });
    expect([after.status, isReplay(after), after.body.id === first.body.id]).toEqual([201, false, false]);
    const lines = logLines();
    const left = async () => (await env.DB.prepare('SELECT 1 FROM idempotency_keys').all()).results.length;
    const before = await left();
    await runCron({ cron: '17 * * * *' }, { ...env, CLOCK_OFFSET_MS: String(24 * 3_600_000 + 2_000) });
    expect(await left()).toBe(1); // the one that was made a day later
    const line = lines.find(({ job }) => job === 'idempotency_cleanup');
    expect(line).toMatchObject({ counts: { keys: before - 1 } });
  });

  it('is found and read after a rotation of secrets, with the old secret still listed', async () => {
    const apiKey = (await createKey(projectId, ['admin'])).key;
    const options = { key: apiKey, path: '/api/searches', body: { name: key, q: '' } };
    const first = await send(options);
    const rotated = { ...env, SESSION_SECRETS: `k2:${'n'.repeat(43)},${env.SESSION_SECRETS}` };
    const repeat = await send({ ...options, app: createApp(), env: rotated });
    expect([isReplay(repeat), repeat.body]).toEqual([true, first.body]);
  });
});

describe('the process dies', () => {
  /** A request whose process ends before, in or after the transaction that makes its change: from then on it reaches no database. */
  function dying(
    when: 'before' | 'in' | 'after',
    options: SendOptions = {},
    change = /INSERT INTO projects/,
  ): Promise<Answer> {
    let dead = false;
    const DB = databaseWith(env.DB, async (sql, run) => {
      if (change.test(sql) && when === 'before') dead = true;
      if (dead) throw databaseAway();
      const result = await run();
      if (change.test(sql)) dead = true;
      if (dead && when === 'in') throw databaseAway();
      return result;
    });
    return send({ app: createApp(), ...options, env: { ...env, ...options.env, DB } });
  }

  it('between claim and change: a repeat waits for the lease, then it runs', async () => {
    expect(outcome(await dying('before'))).toBe('503 store_away');
    expect(outcome(await send())).toBe('409 idempotency_key_in_use');
    const repeat = await send(later(AFTER_LEASE));
    expect([repeat.status, isReplay(repeat), await made()]).toEqual([201, false, 1]);
    expect(isReplay(await send())).toBe(true);
  });

  it.each(['in', 'after'] as const)(
    '%s the transaction of its change: a repeat is told that it was made, and makes no second one',
    async (when) => {
      await dying(when);
      expect(outcome(await send())).toBe('409 idempotency_key_in_use');
      const { results } = await env.DB.prepare('SELECT id FROM projects WHERE name = ?1')
        .bind(key)
        .all<{ id: string }>();
      for (let i = 0; i < 2; i++) {
        const repeat = await send(later(AFTER_LEASE));
        expect(outcome(repeat)).toBe('409 idempotency_outcome_unknown');
        expect(repeat.body.changes).toEqual([{ action: 'project.create', target: results[0]?.id }]);
      }
      expect(results.length).toBe(1);
    },
  );

  it('and whoever lost the right since is not told what was changed', async () => {
    const user = await createUser({ role: 'admin' });
    await dying('after', { as: await signIn(user) });
    await env.DB.prepare(`UPDATE users SET role = 'viewer', project_ids = '["prj_another"]' WHERE id = ?1`)
      .bind(user.id)
      .run();
    const repeat = await send({ as: await signIn(user), ...later(AFTER_LEASE) });
    expect([outcome(repeat), repeat.body.changes]).toEqual(['409 idempotency_outcome_unknown', []]);
  });

  it('and of twenty that come after the lease one runs', async () => {
    await dying('before');
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(later(AFTER_LEASE))));
    expect(answers.filter((answer) => answer.status === 201 && !isReplay(answer)).length).toBe(1);
    expect(await made()).toBe(1);
  });

  it('and the lease of a clock that stood 40 days ahead holds nobody up once the clock is right', async () => {
    const apiKey = (await createKey(projectId, ['admin'])).key;
    const options = { key: apiKey, path: '/api/searches', body: { name: key, q: '' } };
    const ahead = { CLOCK_OFFSET_MS: String(40 * 86_400_000) };
    expect(outcome(await dying('before', { ...options, env: { ...env, ...ahead } }, /INTO saved_searches/))).toBe(
      '503 store_away',
    );
    expect((await send(options)).status).toBe(201);
  });
});

describe('a request that is slower than its lease', () => {
  it('makes no change once another has taken over', async () => {
    const gate = Promise.withResolvers<void>();
    let waits = false;
    const DB = databaseWith(env.DB, async (sql, run) => {
      if (/INSERT INTO projects/.test(sql)) {
        waits = true;
        await gate.promise;
      }
      return run();
    });
    const slow = send({ app: createApp(), env: { ...env, DB } });
    await until('the slow one is about to make its change', () => waits);
    const second = await send(later(AFTER_LEASE));
    gate.resolve();
    expect([second.status, outcome(await slow), await made()]).toEqual([201, '409 idempotency_key_in_use', 1]);
    expect((await send()).body).toEqual(second.body);
  });

  it('makes no change after its claim was given up, when the database had it under way', async () => {
    let late: (() => Promise<unknown>) | null = null;
    const DB = databaseWith(env.DB, async (sql, run) => {
      if (!/INSERT INTO projects/.test(sql)) return run();
      late = run;
      throw databaseAway();
    });
    expect(outcome(await send({ app: createApp(), env: { ...env, DB } }))).toBe('503 store_away');
    await expect((late as unknown as () => Promise<unknown>)()).rejects.toThrow('idempotency claim lost');
    expect([(await send()).status, await made()]).toEqual([201, 1]);
  });
});

describe('the database is away', () => {
  it('before the claim: nothing runs', async () => {
    const DB = databaseWith(env.DB, async (sql, run) => {
      if (/INTO idempotency_keys/.test(sql)) throw databaseAway();
      return run();
    });
    const answer = await send({ app: createApp(), env: { ...env, DB } });
    expect([outcome(answer), answer.headers.get('retry-after'), await made()]).toEqual(['503 store_away', '1', 0]);
  });

  it('while the change is made: the key is free again at once', async () => {
    const DB = databaseWith(env.DB, async (sql, run) => {
      if (/INSERT INTO projects/.test(sql)) throw databaseAway();
      return run();
    });
    expect(outcome(await send({ app: createApp(), env: { ...env, DB } }))).toBe('503 store_away');
    expect([(await send()).status, await made()]).toEqual([201, 1]);
  });

  it('when the change is made and its answer is not known: a repeat is told so at once', async () => {
    const DB = databaseWith(env.DB, async (sql, run) => {
      const result = await run();
      if (/INSERT INTO projects/.test(sql)) throw databaseAway();
      return result;
    });
    expect(outcome(await send({ app: createApp(), env: { ...env, DB } }))).toBe('503 store_away');
    expect([outcome(await send()), await made()]).toEqual(['409 idempotency_outcome_unknown', 1]);
  });

  it('when the answer is to be kept: it goes out all the same', async () => {
    const DB = databaseWith(env.DB, async (sql, run) => {
      if (/UPDATE idempotency_keys/.test(sql)) throw databaseAway();
      return run();
    });
    expect((await send({ app: createApp(), env: { ...env, DB } })).status).toBe(201);
    expect(errors).toHaveBeenCalledWith(expect.stringContaining('idempotency_unsettled'));
  });
});

describe('a route', () => {
  /** Routes as a feature would have them, behind the middleware. */
  function appWithRoutes(): Hono<AppEnv> {
    const app = new Hono<AppEnv>();
    app.use(requestContext);
    app.onError(onFault);
    app.use(
      '/api/*',
      identify({ except: [], largeBodies: [], keyRefused: async () => undefined, sessionPorts: authPorts }),
    );
    const options = { except: ['/api/stream', '/api/own/*'], repeatable: ['POST /api/things/:id/file'] };
    app.use('/api/*', idempotent({ ...options, required: ['POST /api/things/:id/send'] }));
    app.post('/api/things/:id/file', (c) => c.json({ runs: ++runs }));
    app.post('/api/things/:id/send', (c) => c.json({ runs: ++runs }, 201));
    app.post('/api/stream', (c) => c.json({ runs: ++runs }));
    app.post('/api/own/thing', (c) => c.json({ runs: ++runs }));
    app.post('/api/large', (c) => c.text('x'.repeat(300_000), 200, { 'x-runs': String(++runs) }));
    app.post('/api/says-repeat', (c) => c.json({ runs: ++runs }, 503));
    app.post('/api/throws', () => {
      runs++;
      throw new Error('a fault');
    });
    app.post('/api/echo', async (c) => c.body(await c.req.raw.arrayBuffer()));
    return app;
  }
  let runs = 0;
  beforeEach(() => {
    runs = 0;
  });
  const call = (path: string, options: CallOptions = {}) =>
    callApp('POST', path, {
      as: admin,
      app: appWithRoutes(),
      ...options,
      headers: { 'idempotency-key': key, ...options.headers },
    });

  it('that needs a key is refused without one, to whoever is somebody', async () => {
    const without = (options: CallOptions) =>
      callApp('POST', '/api/things/1/send', { app: appWithRoutes(), ...options });
    expect(outcome(await without({ as: admin }))).toBe('400 idempotency_key_missing');
    expect(runs).toBe(0);
    expect((await call('/api/things/1/send')).body).toEqual({ runs: 1 });
    expect((await call('/api/things/1/send')).body).toEqual({ runs: 1 });
    expect((await call('/api/things/2/send')).body).toEqual({ runs: 2 });
  });

  it.each(['/api/stream', '/api/own/thing', '/api/things/1/file'])(
    '%s that sees to repeats itself gets every request',
    async (path) => {
      await call(path);
      expect((await call(path)).body).toEqual({ runs: 2 });
    },
  );

  it('whose answer is too large to keep gives it once, and tells a repeat that it was done', async () => {
    expect((await call('/api/large')).body.length).toBe(300_000);
    expect(outcome(await call('/api/large'))).toBe('409 idempotency_outcome_unknown');
    expect(runs).toBe(1);
  });

  it.each(['/api/says-repeat', '/api/throws'])('%s that answers 5xx and changed nothing runs again', async (path) => {
    for (let i = 1; i <= 2; i++) {
      expect((await call(path)).status).toBeGreaterThanOrEqual(500);
      expect(runs).toBe(i);
    }
  });

  it('reads the body that was sent', async () => {
    expect((await call('/api/echo', { body: '{"a":"\u{1f600}"}' })).body).toBe('{"a":"\u{1f600}"}');
  });

  it('gets an answer for a session alone, and none for nobody', async () => {
    const nobody = await callApp('POST', '/api/echo', { app: appWithRoutes(), headers: { 'idempotency-key': key } });
    expect([nobody.status, isReplay(nobody)]).toEqual([200, false]);
    expect(isReplay(await call('/api/echo'))).toBe(false);
  });

  it('to send rejects of an ETL run again needs a key', async () => {
    const answer = await callApp('POST', '/api/etl/jobs/1/resend', { as: admin });
    expect(outcome(answer)).toBe('400 idempotency_key_missing');
  });
});
