/** `npm run deploy` as it is, with the real wrangler, against Cloudflare's API on loopback: what its suites start from. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { killGroupWhenThisProcessEnds } from '../../scripts/lib/watchdog.ts';
import { cronExpressions } from '../../scripts/start/cron.ts';
import { buildDashboard } from '../../scripts/start/dashboard.ts';
import { buildSdk } from '../../scripts/start/sdk.ts';
import { type CloudflareApi, startCloudflareApi } from '../helpers/node/cloudflare/api.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';

const MIGRATIONS = readdirSync(path.join(PROJECT_DIR, 'migrations')).sort();
export const TOML = path.join(PROJECT_DIR, 'wrangler.toml');

export let api: CloudflareApi;
/** Answers in place of the deployed Worker, which no test runs: as the deployment that the account has. */
let site: Server;
export let secretsFile: string;

/** Registers an account that is new for each test; call at the top of a suite. */
export function useAccount(): void {
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
}

export interface Attempt {
  pid: number;
  ended: Promise<{ code: number | null; text: string }>;
}

export function deploy(...flags: string[]): Attempt {
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
export function expectDeployed(worker: string): void {
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
