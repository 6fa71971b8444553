import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { type AdminSession, isObject, logIn } from '../../scripts/start/api.ts';
import { type StartedServer, startServer } from '../helpers/node/server.ts';

/** A session as a browser keeps it: its cookies, over restarts of the server. */
async function signIn(server: StartedServer): Promise<{ cookie: string; csrf: string; kid: string }> {
  const answer = await fetch(`${server.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: server.adminPassword }),
  });
  const body: unknown = await answer.json();
  return { ...cookieOf(answer), csrf: isObject(body) ? String(body.csrf) : '' };
}

function cookieOf(answer: Response): { cookie: string; kid: string } {
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0] ?? '')
    .find((pair) => pair.startsWith('gsession='));
  const header = cookie?.slice('gsession='.length).split('.', 1)[0] ?? '';
  return { cookie: cookie ?? '', kid: JSON.parse(Buffer.from(header, 'base64url').toString()).kid };
}

const me = async ({ url }: StartedServer, { cookie }: { cookie: string }) =>
  (await fetch(`${url}/api/auth/me`, { headers: { cookie } })).status;
const send = async ({ url }: StartedServer, key: string) =>
  (
    await fetch(`${url}/api/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: '{"message":"x"}',
    })
  ).status;

async function makeKey(session: AdminSession): Promise<string> {
  const project = await session.post('/api/projects', { name: 'Rotated' });
  const id = isObject(project) ? project.id : '';
  const made = await session.post(`/api/projects/${id}/keys`, { name: 'key', scopes: ['ingest'] });
  return isObject(made) ? String(made.key) : '';
}

function secrets(server: StartedServer, ...args: string[]): string {
  const argv = [
    path.join(PROJECT_DIR, 'scripts/launch.mjs'),
    'scripts/secrets.ts',
    ...args,
    '--state-dir',
    server.stateDir,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: PROJECT_DIR, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

it('a rotation by the command ends no session and no key, signs what is new with the new secret, and retiring the old one ends what it signed', async () => {
  const before = await startServer();
  const old = await signIn(before);
  const outcome = await logIn(before.url, 'admin', before.adminPassword);
  if (outcome.kind !== 'ok') throw new Error(outcome.kind);
  const key = await makeKey(outcome.session);
  expect([old.kid, await send(before, key)]).toEqual(['k1', 202]);
  await before.stop();

  expect(secrets(before, 'rotate', 'SESSION_SECRETS')).toMatch(/^SESSION_SECRETS is now k2, k1\./);
  expect(secrets(before, 'rotate', 'API_KEY_SECRETS')).toMatch(/^API_KEY_SECRETS is now k2, k1\./);
  expect(secrets(before, 'rotate', 'DATA_SECRETS')).toMatch(/^DATA_SECRETS is now k2, k1\./);

  const rotated = await startServer({ stateDir: before.stateDir });
  expect([await me(rotated, old), await send(rotated, key)]).toEqual([200, 202]);
  // A page that was open all the time still holds a token of the old secret, and gets a cookie of the new one.
  const refreshed = await fetch(`${rotated.url}/api/auth/refresh`, {
    method: 'POST',
    headers: { cookie: old.cookie, origin: rotated.url, 'x-csrf-token': old.csrf },
  });
  expect(refreshed.status).toBe(200);
  const [moved, fresh] = [cookieOf(refreshed), await signIn(rotated)];
  expect([moved.kid, fresh.kid]).toEqual(['k2', 'k2']);
  await rotated.stop();

  secrets(before, 'retire', 'SESSION_SECRETS', 'k1');
  secrets(before, 'retire', 'API_KEY_SECRETS', 'k1', '--yes');
  const after = await startServer({ stateDir: before.stateDir });
  expect([await me(after, old), await send(after, key)]).toEqual([401, 401]);
  expect([await me(after, moved), await me(after, fresh)]).toEqual([200, 200]);
  await after.stop();
});
