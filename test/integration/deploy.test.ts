import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';
import { Refusal } from '../helpers/node/cloudflare/call.ts';
import { api, deploy, expectDeployed, secretsFile, useAccount } from './deployment.ts';

useAccount();

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
