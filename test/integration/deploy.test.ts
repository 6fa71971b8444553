/** `npm run deploy` as it is, with the real wrangler, against Cloudflare's API on loopback. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { killGroup } from '../../scripts/lib/process-group.ts';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { killGroupWhenThisProcessEnds } from '../../scripts/lib/watchdog.ts';
import { cronExpressions } from '../../scripts/start/cron.ts';
import { buildDashboard } from '../../scripts/start/dashboard.ts';
import { buildSdk } from '../../scripts/start/sdk.ts';
import { type CloudflareApi, startCloudflareApi } from '../helpers/node/cloudflare/api.ts';
import { type Call, Refusal } from '../helpers/node/cloudflare/call.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';

const MIGRATIONS = readdirSync(path.join(PROJECT_DIR, 'migrations')).sort();
const TOML = path.join(PROJECT_DIR, 'wrangler.toml');

let api: CloudflareApi;
/** Answers in place of the deployed Worker, which no test runs: as the deployment that the account has. */
let site: Server;
let secretsFile: string;

beforeAll(async () => {
  await buildDashboard();
  await buildSdk();
  site = createServer((_, response) => {
    const id = [...api.account.scripts.values()].at(-1)?.deployed;
    const body = { status: 'ok', version: packageJson.version, deployment: { id }, checks: [] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
});
beforeEach(async () => {
  api = await startCloudflareApi();
  secretsFile = path.join(temporaryFolder('deploy'), 'kept', 'production.env');
  return () => api.stop();
});
afterAll(() => site.close());

interface Attempt {
  pid: number;
  ended: Promise<{ code: number | null; text: string }>;
}

function deploy(...flags: string[]): Attempt {
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const argv = [
    path.join(PROJECT_DIR, 'scripts/launch.mjs'),
    'scripts/deploy.ts',
    '--secrets',
    secretsFile,
    '--url',
    url,
  ];
  const child = spawn(process.execPath, [...argv, ...flags], {
    ...{ cwd: PROJECT_DIR, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...process.env, ...api.env },
  });
  if (child.pid === undefined) throw new Error('node cannot be started');
  const watchdog = killGroupWhenThisProcessEnds(child.pid);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const ended = new Promise<{ code: number | null; text: string }>((resolve) =>
    child.once('close', (code) => {
      watchdog.kill('SIGKILL');
      resolve({ code, text });
    }),
  );
  return { pid: child.pid, ended };
}

/** What must stand in the account when a deployment is through, however many attempts it took. */
function expectDeployed(worker: string): void {
  const { databases, buckets, scripts } = api.account;
  expect(databases.map(({ name }) => name)).toEqual([worker]);
  expect(buckets.map(({ name }) => name)).toEqual([worker]);
  expect([...scripts.keys()]).toEqual([worker]);
  const applied = databases[0]?.sqlite.prepare('SELECT name FROM d1_migrations ORDER BY id').all() ?? [];
  expect(applied.map(({ name }) => name)).toEqual(MIGRATIONS);
  const script = api.account.script(worker);
  expect(script.deployed).toBe(script.versions.at(-1));
  expect(script.crons).toEqual(cronExpressions());
  expect(script.onWorkersDev).toBe(true);
  expect(script.migrationTag).toBe([...readFileSync(TOML, 'utf8').matchAll(/^tag = "(v\d+)"$/gm)].at(-1)?.[1]);
  const kept = parseEnv(readFileSync(secretsFile, 'utf8'));
  expect(Object.fromEntries(script.secrets)).toEqual(kept);
}

/** One of the calls that leave something behind; of the migrations the one in the middle. */
function step(call: Call): string | null {
  if (call.method === 'GET' || /\/(?:assets-upload-session|script-settings)$/.test(call.path)) return null;
  const body = call.body.toString();
  if (!call.path.endsWith('/query')) {
    const what = `${call.method} ${call.path}`;
    return what.endsWith('/scripts/breakwater')
      ? `${what} ${body.includes('new_tag') ? 'the Worker' : 'a draft'}`
      : what;
  }
  return /'(0017_[^']*\.sql)'/.exec(body)?.[1] ?? null;
}

it('a deployment that is killed at each of its steps, when the step is done and not yet answered, is finished by repeating it', async () => {
  const toml = readFileSync(TOML, 'utf8');
  const killedAt: string[] = [];
  let running: Attempt | null = null;
  api.carriedOut = async (call) => {
    const at = step(call);
    if (at === null || killedAt.includes(at) || running === null) return true;
    killedAt.push(at);
    await killGroup(running.pid);
    return false;
  };
  for (;;) {
    const before = killedAt.length;
    running = deploy();
    const { code, text } = await running.ended;
    if (killedAt.length > before) continue;
    expect(text).toMatch(/^address {4}http:\/\/127\.0\.0\.1:\d+$/m);
    expect(code).toBe(0);
    break;
  }
  expectDeployed('breakwater');
  expect(killedAt).toEqual([
    'POST /d1/database',
    'POST /r2/buckets',
    'PUT /workers/scripts/breakwater a draft',
    'PATCH /workers/scripts/breakwater/secrets-bulk',
    expect.stringMatching(/^0017_/),
    'POST /workers/assets/upload',
    'PUT /workers/scripts/breakwater the Worker',
    // From here on the Worker is there, with its classes: what follows is a new version of it.
    'POST /workers/scripts/breakwater/versions',
    'POST /workers/scripts/breakwater/deployments',
    'POST /workers/scripts/breakwater/subdomain',
    'PUT /workers/scripts/breakwater/schedules',
  ]);
  expect(statSync(secretsFile).mode & 0o777).toBe(0o600);
  expect(readFileSync(TOML, 'utf8')).toBe(toml);
}, 900_000);

it('staging is a deployment of its own, and a new token is not made by the next run', async () => {
  const first = await deploy('--env', 'staging', '--location', 'weur').ended;
  expect(first.code).toBe(0);
  expect(first.text).toMatch(/^database {3}made, location weur$[\s\S]*^bucket {5}made, location weur$/m);
  const { databases, buckets } = api.account;
  expect([...databases, ...buckets].map(({ location }) => location)).toEqual(['weur', 'weur']);
  expect(first.text).toMatch(/^secrets {4}given, and kept in /m);
  expect(first.text).toMatch(
    /\/api\/auth\/setup .*-d @- .*\n.*-H @<\(sed .*\n.*secret delete SETUP_TOKEN --env staging/,
  );
  expectDeployed('breakwater-staging');
  for (const secret of Object.values(parseEnv(readFileSync(secretsFile, 'utf8'))))
    expect(first.text).not.toContain(secret);

  // The second also puts the dashboard on Pages.
  api.account.script('breakwater-staging').secrets.delete('SETUP_TOKEN');
  const second = await deploy('--env', 'staging', '--pages', 'ops-dashboard', '--location', 'apac').ended;
  expect(second.code).toBe(0);
  expect(second.text).toMatch(
    /^database {3}there, and stays where it was made: .*$[\s\S]*^bucket {5}there, and stays .*$[\s\S]*^secrets {4}there$/m,
  );
  expect(second.text).not.toContain('SETUP_TOKEN');
  expect(api.account.script('breakwater-staging').secrets.has('SETUP_TOKEN')).toBe(false);
  expect(second.text).toMatch(/^pages {6}https:\/\/staging\.ops-dashboard\.pages\.dev$/m);
  expect([...api.account.pages]).toEqual([
    ['ops-dashboard', [{ branch: 'staging', functions: expect.stringMatching(/BREAKWATER/) }]],
  ]);
}, 300_000);

it("ends with Cloudflare's own words when it refuses, and has made nothing in place of it", async () => {
  const notEnabled = new Refusal(403, 10042, 'Please enable R2 through the Cloudflare Dashboard.');
  api.refuse = (call) => (call.path === '/r2/buckets' ? notEnabled : null);
  const { code, text } = await deploy().ended;
  expect(code).toBe(1);
  expect(text).toMatch(/Making the bucket breakwater failed.*run the command again[\s\S]*Please enable R2/);
  expect(api.account.scripts.size).toBe(0);
});

it("leaves a Worker and a database of its names alone that are another program's", async () => {
  api.account.script('breakwater').versions.push('theirs');
  const worker = await deploy().ended;
  expect(worker.code).toBe(1);
  expect(worker.text).toMatch(/The Worker breakwater is there and not Breakwater's/);
  expect(api.account.script('breakwater')).toMatchObject({ versions: ['theirs'], secrets: new Map() });

  api.account.scripts.clear();
  const [database] = api.account.databases;
  database?.sqlite.exec('CREATE TABLE invoices (id INTEGER)');
  const stopped = await deploy().ended;
  expect(stopped.code).toBe(1);
  expect(stopped.text).toMatch(/The database breakwater is there and not Breakwater's/);
  const tables = database?.sqlite.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  expect(tables).toEqual([{ name: 'invoices' }]);
}, 300_000);

it('a dry run asks nobody', async () => {
  const { code, text } = await deploy('--dry-run').ended;
  expect([code, api.calls]).toEqual([0, []]);
  expect(text).toMatch(/^bundle {5}Total Upload: .* gzip: /m);
});
