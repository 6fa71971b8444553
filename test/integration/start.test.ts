import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupMembers } from '../../scripts/lib/process-group.ts';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { type AdminSession, isObject, logIn } from '../../scripts/start/api.ts';
import { readLock } from '../../scripts/start/lock.ts';
import type { Delivery, Destination } from '../../src/wire/delivery.ts';
import { type StartedServer, spawnStart, startServer } from '../helpers/node/server.ts';
import { freePort, temporaryFolder, until } from '../helpers/node/temporary.ts';

/** Runs a start that is expected to fail: its exit code and what it says on stderr. */
async function failingStart(flags: readonly string[]): Promise<{ code: number; sentence: string }> {
  const started = spawnStart(flags);
  return { code: await started.ended, sentence: started.stderr() };
}

async function adminOf(server: StartedServer): Promise<AdminSession> {
  const outcome = await logIn(server.url, 'admin', server.adminPassword);
  if (outcome.kind !== 'ok') throw new Error(`admin cannot sign in: ${outcome.kind}`);
  return outcome.session;
}

async function projectNames(session: AdminSession): Promise<unknown[]> {
  const list = await session.get('/api/projects');
  return isObject(list) && Array.isArray(list.items) ? list.items.map(({ name }) => name) : [];
}

async function projectIds(session: AdminSession): Promise<string[]> {
  const list = await session.get('/api/projects');
  return isObject(list) && Array.isArray(list.items) ? list.items.map(({ id }) => String(id)) : [];
}

/** Records of a project since then: how many, and how many for each value of the field. */
async function facet(session: AdminSession, project: string | undefined, field: string, fromMs: number) {
  const query = new URLSearchParams({ project: String(project), fields: field, limit: '50', from: String(fromMs) });
  const answer = await session.get(`/api/query/logs/facets?${query}`);
  const { records, facets } = answer as { records: number; facets: { values: { value: string; count: number }[] }[] };
  const counts = Object.fromEntries(facets[0]?.values.map(({ value, count }) => [value, count]) ?? []);
  return { total: records, counts: counts as Record<string, number | undefined> };
}

async function answersAt(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

describe('a start that cannot be', () => {
  it('names an unknown flag', async () => {
    const { code, sentence } = await failingStart(['--colour', 'red']);
    expect(code).toBe(1);
    expect(sentence).toMatch(/^Unknown option '--colour'.*--help.*\.\n$/);
  });

  it('says that the port is in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const address = holder.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const { code, sentence } = await failingStart(['--port', String(port), '--state-dir', temporaryFolder('busy')]);
    holder.close();
    expect(code).toBe(1);
    expect(sentence).toBe(`Port ${port} is in use: stop what listens there, or choose another with --port.\n`);
  });

  it('says that the state folder cannot be written', async () => {
    const file = path.join(temporaryFolder('unwritable'), 'file');
    writeFileSync(file, '');
    const { code, sentence } = await failingStart(['--state-dir', path.join(file, 'state')]);
    expect(code).toBe(1);
    expect(sentence).toMatch(/^Cannot write to the state folder .*: .+\.\n$/);
  });

  it('says so too where no folder can be made, as below /proc', async () => {
    const { code, sentence } = await failingStart(['--state-dir', '/proc/breakwater']);
    expect(code).toBe(1);
    expect(sentence).toMatch(/^Cannot write to the state folder \/proc\/breakwater: .+\.\n$/);
  });

  it('says why the password is refused, and leaves nothing running', async () => {
    const port = await freePort();
    const flags = ['--state-dir', temporaryFolder('weak'), '--port', String(port), '--admin-password', 'short'];
    const { code, sentence } = await failingStart(flags);
    expect(code).toBe(1);
    expect(sentence).toMatch(/^The server refuses setting the password of "admin" .* at least 12 characters\n$/);
    expect(await answersAt(`http://127.0.0.1:${port}/health`)).toBe(false);
  });

  it('says that the secrets are damaged, and does not replace them', async () => {
    const stateDir = temporaryFolder('secrets');
    const secrets = path.join(stateDir, 'secrets');
    writeFileSync(secrets, 'SESSION_SECRETS=\nAPI_KEY_SECRETS=k1:x\n');
    const { code, sentence } = await failingStart(['--state-dir', stateDir, '--port', String(await freePort())]);
    expect(code).toBe(1);
    expect(sentence).toMatch(/lacks SESSION_SECRETS and SETUP_TOKEN.*\.\n$/);
    expect(readFileSync(secrets, 'utf8')).toContain('API_KEY_SECRETS=k1:x');
    expect(existsSync(path.join(stateDir, 'lock.json'))).toBe(false);
  });

  it('says that Node is too old, in the language of an old Node', () => {
    const launcher = readFileSync(path.join(PROJECT_DIR, 'scripts/launch.mjs'), 'utf8');
    const pretend = launcher
      .replace('process.versions.node', "'20.19.0'")
      .replaceAll('process.versions.node', "'20.19.0'");
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', pretend], { encoding: 'utf8' });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^Breakwater needs Node 22\.18 or newer and this is 20\.19\.0: .*\.\n$/);
  });

  it('prints the flags for --help and starts nothing', () => {
    const args = ['scripts/launch.mjs', 'scripts/start.ts', '--help'];
    const result = spawnSync(process.execPath, args, { cwd: PROJECT_DIR, encoding: 'utf8' });
    expect(result.status).toBe(0);
    for (const flag of ['--port', '--state-dir', '--admin-password', '--no-demo', '--clock-offset']) {
      expect(result.stdout).toContain(flag);
    }
  });
});

describe('a start', () => {
  let server: StartedServer;
  beforeAll(async () => {
    server = await startServer({ stateDir: temporaryFolder('empty') });
  });
  afterAll(() => server.stop());

  it('prints address, user, password and that it is ready', () => {
    expect(server.output()).toContain(`ready: ${server.url}\n`);
    expect(server.output()).toMatch(new RegExp(`user +admin\\npassword +${server.adminPassword}\\n`));
  });

  it('serves the dashboard and the API', async () => {
    const page = await fetch(server.url);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect((await fetch(`${server.url}/api/projects`)).status).toBe(401);
  });

  it('keeps secrets and the password to the owner, and the secrets off the command line', () => {
    for (const file of ['secrets', 'admin-password']) {
      expect(statSync(path.join(server.stateDir, file)).mode & 0o777).toBe(0o600);
    }
    const owner = readLock(path.join(server.stateDir, 'lock.json'));
    const secrets = readFileSync(path.join(server.stateDir, 'secrets'), 'utf8').match(/[\w-]{43,}/g) ?? [];
    expect(secrets.length).toBe(4);
    const ps = spawnSync('ps', ['-A', '-o', 'args'], { encoding: 'utf8' }).stdout;
    expect(ps).toContain(`--port ${new URL(server.url).port}`);
    for (const secret of secrets) expect(ps).not.toContain(secret);
    expect(owner?.server).not.toBeNull();
  });

  it('leaves a state alone that has --no-demo', async () => {
    expect(await projectNames(await adminOf(server))).toEqual([]);
  });

  it('refuses a second start on the same state, and goes on', async () => {
    const port = String(await freePort());
    const { code, sentence } = await failingStart(['--state-dir', server.stateDir, '--port', port]);
    expect(code).toBe(1);
    expect(sentence).toMatch(/^Another start \(process \d+, http:\S+\) already uses .*\.\n$/);
    expect(await answersAt(`${server.url}/health`)).toBe(true);
  });
});

describe('the end of a start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s leaves no process, no lock, a free port and exit code 0',
    async (signal) => {
      const server = await startServer();
      const group = readLock(path.join(server.stateDir, 'lock.json'))?.server?.pid ?? 0;
      expect(groupMembers(group).length).toBeGreaterThan(1); // wrangler and workerd
      expect(await server.stop(signal)).toBe(0);
      expect(groupMembers(group)).toEqual([]);
      expect(await answersAt(server.url)).toBe(false);
      expect(existsSync(path.join(server.stateDir, 'lock.json'))).toBe(false);
    },
  );

  it('comes as soon as it is asked for, also before the server is up', async () => {
    const stateDir = temporaryFolder('early');
    const started = spawnStart(['--state-dir', stateDir, '--port', String(await freePort()), '--no-demo']);
    await until('the lock is taken', () => existsSync(path.join(stateDir, 'lock.json')));
    process.kill(started.pid, 'SIGTERM');
    expect(await started.ended).toBe(0);
    expect(groupMembers(started.pid)).toEqual([]);
    expect(started.output()).not.toContain('ready');
  });

  it('is said when the server dies by itself, with exit code 1', async () => {
    const server = await startServer();
    const group = readLock(path.join(server.stateDir, 'lock.json'))?.server?.pid ?? 0;
    process.kill(group, 'SIGKILL');
    await until('the start has ended', () => server.output().includes('ended unexpectedly'));
    await until('workerd is gone too', () => groupMembers(group).length === 0);
    expect(server.output()).toMatch(/^The server ended unexpectedly\./m);
    expect(await answersAt(server.url)).toBe(false);
  });

  it('by SIGKILL takes the server along, and the next start continues', async () => {
    const first = await startServer();
    const group = readLock(path.join(first.stateDir, 'lock.json'))?.server?.pid ?? 0;
    await (await adminOf(first)).post('/api/projects', { name: 'Kept' });
    const { pid } = readLock(path.join(first.stateDir, 'lock.json')) ?? { pid: 0 };
    process.kill(pid, 'SIGKILL');
    await until('the server is gone', () => groupMembers(group).length === 0);
    const second = await startServer({ stateDir: first.stateDir });
    expect(second.adminPassword).toBe(first.adminPassword);
    expect(await projectNames(await adminOf(second))).toEqual(['Kept']);
    expect(await second.stop()).toBe(0);
  });
});

describe('the password of the first administrator', () => {
  it('is what --admin-password says, also on a state that had another', async () => {
    const first = await startServer({ flags: ['--no-demo', '--admin-password', 'first-password-of-admin'] });
    expect(first.adminPassword).toBe('first-password-of-admin');
    await adminOf(first);
    await first.stop();
    const second = await startServer({
      stateDir: first.stateDir,
      flags: ['--no-demo', '--admin-password', 'second-password-of-admin'],
    });
    expect(second.output()).toContain('reset by --admin-password');
    await adminOf(second);
    expect((await logIn(second.url, 'admin', 'first-password-of-admin')).kind).toBe('refused');
    await second.stop();
  });

  it('is left alone where it was changed in the dashboard', async () => {
    const first = await startServer();
    const body = { currentPassword: first.adminPassword, newPassword: 'only-its-owner-knows-this' };
    await (await adminOf(first)).post('/api/auth/password', body);
    await first.stop();
    const second = await startServer({ stateDir: first.stateDir });
    expect(second.output()).toContain('changed in the dashboard');
    expect(second.output()).not.toContain('only-its-owner-knows-this');
    expect((await logIn(second.url, 'admin', 'only-its-owner-knows-this')).kind).toBe('ok');
    await second.stop();
  });
});

describe('the demo', () => {
  let server: StartedServer;
  beforeAll(async () => {
    server = await startServer({ flags: [] });
  });
  afterAll(() => server.stop());

  const demoKey = () => readFileSync(path.join(server.stateDir, 'demo-key'), 'utf8').trim();

  it('shows an hour of every kind of record at once, and goes on live', async () => {
    const session = await adminOf(server);
    expect(await projectNames(session)).toEqual(['Demo']);
    const [project] = await projectIds(session);
    const types = ['authentication', 'operation', 'security', 'system', 'transaction', 'wager', 'web-vital'];
    await until('the last hour is there', async () => {
      const hour = await facet(session, project, 'type', Date.now() - 3_600_000);
      return hour.total > 40_000 && types.every((type) => (hour.counts[type] ?? 0) > 100);
    });
    const readyMs = Date.now();
    const gateways = ['cashapp', 'paypal', 'revolut', 'venmo', 'wise', 'zelle'];
    await until('new ones arrive of each kind and gateway', async () => {
      const fresh = await facet(session, project, 'type', readyMs);
      const calls = await facet(session, project, 'attrs.gateway', readyMs);
      return types.every((type) => fresh.counts[type]) && gateways.every((gateway) => calls.counts[gateway]);
    });
  });

  it('has destinations on this machine, which have answered a test as the story of the minute has it', async () => {
    const session = await adminOf(server);
    const [project] = await projectIds(session);
    const { items } = (await session.get(`/api/destinations?project=${project}`)) as { items: Destination[] };
    expect(items.map(({ name, kind, confirmed }) => [name, kind, confirmed])).toEqual([
      ['Pager', 'webhook', true],
      ['Team chat', 'slack', true],
    ]);
    const deliveries = (await session.get(`/api/deliveries?project=${project}`)) as { items: Delivery[] };
    const tests = deliveries.items.filter(({ type }) => type === 'destination.test');
    expect(tests.map(({ destinationId }) => destinationId).sort()).toEqual(items.map(({ id }) => id).sort());
    for (const { lastStatus } of tests) expect([200, 429, 503]).toContain(lastStatus);
  });

  it('prints a command that sends a record as pasted', async () => {
    expect(server.output()).toContain(`curl ${server.url}/api/ingest -H 'Authorization: Bearer ${demoKey()}'`);
    const answer = await fetch(`${server.url}/api/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${demoKey()}` },
      body: '{"level":"info","service":"shell","message":"hello"}',
    });
    expect([answer.status, await answer.json()]).toEqual([202, expect.objectContaining({ stored: 1, rejected: 0 })]);
  });

  it('goes on where a start was killed before it had noted the key, and never sends into a project that holds records', async () => {
    const first = await startServer();
    await (await adminOf(first)).post('/api/projects', { name: 'Demo' });
    await first.stop();
    const second = await startServer({ stateDir: first.stateDir, flags: [] });
    const session = await adminOf(second);
    const [project] = await projectIds(session);
    await until('records arrive', async () => (await facet(session, project, 'type', 0)).total > 0);
    expect(await projectNames(session)).toEqual(['Demo']);
    await second.stop();
    // Without the key it could as well be a project of the owner's that happens to have this name.
    rmSync(path.join(first.stateDir, 'demo-key'));
    const third = await startServer({ stateDir: first.stateDir, flags: [] });
    expect(third.output()).not.toContain('demo project');
    expect(existsSync(path.join(first.stateDir, 'demo-key'))).toBe(false);
    await third.stop();
  });
});

describe('the moved clock', () => {
  it('dates what the server dates', async () => {
    const server = await startServer({ flags: ['--no-demo', '--clock-offset', '40d'] });
    const project = await (await adminOf(server)).post('/api/projects', { name: 'Later' });
    const createdAtMs = isObject(project) ? Number(project.createdAtMs) : Number.NaN;
    const aheadDays = (createdAtMs - Date.now()) / 86_400_000;
    expect(aheadDays).toBeGreaterThan(39.9);
    expect(aheadDays).toBeLessThan(40.1);
    await server.stop();
  });
});
