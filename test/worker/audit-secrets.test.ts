import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { runCron } from '../../src/cron.ts';
import { createProject, createUser, login, PASSWORD, signIn } from '../helpers/worker/accounts.ts';
import { type Answer, callApp } from '../helpers/worker/call-app.ts';
import { changesOf } from '../helpers/worker/context.ts';
import { enableTotp } from '../helpers/worker/factors.ts';

/** What is in the database and must be nowhere else. */
const STORED = [
  'SELECT password_hash AS secret FROM users',
  'SELECT secret_hash AS secret FROM sessions',
  `SELECT value ->> 'h' AS secret FROM sessions, json_each(superseded)`,
  `SELECT value ->> 'n' AS secret FROM sessions, json_each(superseded)`,
  'SELECT secret FROM user_totp',
  'SELECT code_hash AS secret FROM recovery_codes',
  'SELECT key_hash AS secret FROM project_keys',
  `SELECT value ->> 'stored' AS secret FROM destinations, json_each(secrets)`,
  `SELECT value ->> 'value' AS secret FROM destinations, json_each(definition, '$.headers')`,
  `SELECT definition ->> 'url' AS secret FROM destinations`,
  `SELECT definition ->> 'template' AS secret FROM destinations`,
];

it('no secret that was ever written is in the trail, in clear, hashed or encrypted', async () => {
  const secrets = new Map<string, string>();
  /** After each step: what the next one overwrites or deletes was there too. */
  async function step(...inClear: string[]): Promise<void> {
    for (const text of inClear) secrets.set(text, 'in clear');
    for (const sql of STORED) {
      const { results } = await env.DB.prepare(sql).all<{ secret: string | null }>();
      for (const { secret } of results) if (secret) secrets.set(secret, sql);
    }
  }
  const done = (answer: Answer): Answer => {
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer;
  };

  const user = await createUser({ role: 'admin' });
  const session = await login(user.username);
  await step(PASSWORD, session.cookie.split('=')[1] ?? '', session.csrf);
  const rotated = done(await callApp('POST', '/api/auth/step-up', { as: session, body: { password: PASSWORD } }));
  const as = { ...session, cookie: rotated.cookies.get('gsession')?.split(';', 1)[0] ?? '' };
  await step(as.cookie.split('=')[1] ?? '');
  const { recoveryCodes } = await enableTotp(as);
  await step(...recoveryCodes, recoveryCodes.join('').replaceAll('-', ''));
  await step(...done(await callApp('POST', '/api/auth/factors/recovery-codes', { as })).body.recoveryCodes);
  await runCron({ cron: '17 * * * *' }, { ...env, DATA_SECRETS: `k2:${'x'.repeat(43)},${env.DATA_SECRETS}` });
  await step();
  done(await callApp('DELETE', '/api/auth/factors/totp', { as }));

  const { id: projectId } = await createProject();
  const keys = `/api/projects/${projectId}/keys`;
  const key = done(await callApp('POST', keys, { as, body: { name: 'k', scopes: ['ingest'] } })).body;
  await step(key.key);
  const next = done(await callApp('POST', `${keys}/${key.id}/rotate`, { as })).body;
  await step(next.key);
  done(await callApp('DELETE', `${keys}/${next.id}`, { as }));

  const made = done(
    await callApp('POST', `/api/destinations?project=${projectId}`, {
      as,
      body: {
        ...{ name: 'chat', url: 'https://hooks.example/T000/first-secret-path?token=a-secret-query', disabled: true },
        headers: [
          { name: 'Authorization', value: 'Bearer a-secret-header', secret: true },
          { name: 'X-Plain', value: 'a-plain-header', secret: false },
        ],
        template: '{"text": "a-secret-in-a-template"}',
      },
    }),
  ).body;
  const at = `/api/destinations/${made.id}`;
  await step(made.secret, 'first-secret-path', 'a-secret-query', 'a-secret-header', 'a-plain-header');
  const change = {
    version: 1,
    url: 'https://hooks.example/second-secret-path',
    template: '{"text": "another-secret"}',
  };
  done(await callApp('PUT', `${at}?project=${projectId}`, { as, body: change }));
  await step('second-secret-path', 'a-secret-in-a-template', 'another-secret');
  const fresh = done(await callApp('POST', `${at}/secrets?project=${projectId}`, { as, body: { kind: 'v1' } })).body;
  await step(fresh.secret);
  done(await callApp('DELETE', `${at}?project=${projectId}`, { as }));

  const other = await createUser({ role: 'viewer' });
  const password = 'a password that somebody else gave';
  done(await callApp('PATCH', `/api/users/${other.id}`, { as, body: { password } }));
  await step(password);
  const own = 'and another one of my own';
  const body = { currentPassword: PASSWORD, newPassword: own };
  done(await callApp('POST', '/api/auth/password', { as: await signIn(await createUser({ role: 'viewer' })), body }));
  await step(own);

  // Words that are searched for may name people, and nothing of the trail can be erased.
  const search = { name: 'of a person', q: 'jane.doe@example.com' };
  done(await callApp('POST', `/api/searches?project=${projectId}`, { as, body: search }));
  await step(search.q);

  const { results } = await env.DB.prepare('SELECT * FROM audit').all();
  const text = JSON.stringify(results);
  const kinds = new Set(secrets.values());
  expect([...STORED, 'in clear'].filter((kind) => !kinds.has(kind))).toEqual([]);
  expect([...secrets].filter(([secret]) => text.includes(secret))).toEqual([]);
  // Nor in two layers of JSON.
  const escaped = [...secrets.keys()].map((secret) => JSON.stringify(secret).slice(1, -1));
  expect(escaped.filter((secret) => text.includes(secret))).toEqual([]);

  // That it was there, and was another one afterwards, is said.
  const [created, changed] = await changesOf('destinations', made.id);
  const headers = [
    { name: 'Authorization', value: '[redacted]', secret: true },
    { name: 'X-Plain', value: '[redacted]', secret: false },
  ];
  expect(created?.new_values).toMatchObject({
    secrets: '[redacted]',
    definition: { name: 'chat', url: 'https://hooks.example/[redacted]', headers, template: '[redacted]' },
  });
  expect(changed?.new_values).toMatchObject({
    secrets: '[redacted]',
    definition: { url: 'https://hooks.example/[redacted, changed]', headers, template: '[redacted, changed]' },
  });
  expect((await changesOf('destinations', made.id)).at(2)?.new_values).toMatchObject({
    secrets: '[redacted, changed]',
    definition: { url: 'https://hooks.example/[redacted]' },
  });
  const passwordChange = (await changesOf('users', other.id)).at(-1);
  expect(passwordChange?.old_values?.password_hash).toBe('[redacted]');
  expect(passwordChange?.new_values?.password_hash).toBe('[redacted, changed]');
});

it.each([
  ['https://hooks.example?token=SECRET', 'https://hooks.example/'],
  ['https://hooks.example#SECRET', 'https://hooks.example/'],
  ['https://hooks.example\\SECRET', 'https://hooks.example/'],
  ['http://127.0.0.1:8080/SECRET/@/x', ''],
  ['https://SECRET:SECRET@hooks.example/', ''],
  ['http://a/SECRET', 'http://a/'],
  ['https://hooks.example', 'https://hooks.example/'],
])('of the URL %s an entry shows %j', async (url, shown) => {
  const { id } = await createProject();
  await env.DB.prepare(
    `INSERT INTO destinations (id, project_id, version, definition, secrets, sealed_with, created_at_ms, changed_at_ms)
     VALUES (?1, ?1, 1, ?2, '[]', 'k', 1, 1)`,
  )
    .bind(id, JSON.stringify({ url, headers: [] }))
    .run();
  const [entry] = await changesOf('destinations', id);
  expect(entry?.new_values?.definition).toMatchObject({ url: `${shown}[redacted]` });
});
