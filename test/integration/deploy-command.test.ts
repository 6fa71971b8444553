import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseDeployFlags, refuseDeployFlagsTakenByNpm } from '../../scripts/deploy/flags.ts';
import { planSecrets } from '../../scripts/deploy/secrets.ts';
import { notYet, smokeTest } from '../../scripts/deploy/smoke.ts';
import { isForeign } from '../../scripts/deploy/stores.ts';
import { readOutput } from '../../scripts/deploy/upload.ts';

describe('the command line', () => {
  it('deploys production unless told otherwise', () => {
    expect(parseDeployFlags([], '/home/me')).toEqual({
      ...{ env: 'production', dryRun: false, secretsFile: '/home/me/.config/breakwater/production.env' },
      ...{ domain: null, location: null, url: null, pages: null, help: false },
    });
    expect(parseDeployFlags(['--env', 'staging'], '/home/me').secretsFile).toBe(
      '/home/me/.config/breakwater/staging.env',
    );
  });

  it.each([
    [['--env', '../test'], /--env must be a name of wrangler.toml/],
    [['--domain', 'https://ops.example.com'], /--domain must be a host name/],
    [['--url', 'ops.example.com'], /--url must be a URL/],
    [['--location', 'europe'], /--location must be one of weur, eeur, apac, oc, wnam, enam/],
    [['--pages', 'My Pages'], /--pages must be the name/],
    [['--secrets', ''], /--secrets must not be empty/],
    [['--force'], /Unknown option '--force'/],
    [['staging'], /Unexpected argument 'staging'/],
  ])('%j is refused', (argv, sentence) => {
    expect(() => parseDeployFlags(argv)).toThrow(sentence);
  });

  it('says when npm took a flag for itself, which would deploy production in place of staging', () => {
    const env = { npm_lifecycle_event: 'deploy', npm_config_env: 'staging' };
    expect(() => refuseDeployFlagsTakenByNpm(env)).toThrow(/npm took --env .* two dashes/);
    expect(() => refuseDeployFlagsTakenByNpm({ npm_lifecycle_event: 'deploy' })).not.toThrow();
  });
});

describe('secrets of a deployment', () => {
  const LISTS = ['SESSION_SECRETS', 'API_KEY_SECRETS', 'DATA_SECRETS'];

  it.each([
    ['a new Worker gets all of them', null, false, { kind: 'first' }],
    ['a new Worker gets those of the file that is there', null, true, { kind: 'first' }],
    ['a draft that an earlier run made gets those of its file', [], true, { kind: 'first' }],
    ['a Worker that no run of here has made is left as it is', [], false, { kind: 'foreign' }],
    ["so is one with another program's secrets", ['STRIPE_KEY'], true, { kind: 'foreign' }],
    ['one that has its lists gets nothing', LISTS, false, { kind: 'all_there' }],
    ['the token is not put back after it was taken away', LISTS, true, { kind: 'all_there' }],
    [
      'a list of a newer version comes from the file',
      LISTS.slice(0, 2),
      true,
      { kind: 'lacking', names: ['DATA_SECRETS'] },
    ],
    [
      'and from no other file, whose lists would not be those in use',
      LISTS.slice(0, 2),
      false,
      { kind: 'file_elsewhere', lacking: ['DATA_SECRETS'] },
    ],
  ])('%s', (_name, deployed, hasFile, plan) => {
    expect(planSecrets(deployed, hasFile)).toEqual(plan);
  });
});

it.each([
  ['new', [], false],
  ['new, with what D1 keeps for itself', ['_cf_KV', 'sqlite_sequence', 'd1_migrations'], false],
  ['ours, of which the first migration is applied', ['d1_migrations', 'users', 'sessions', 'login_throttle'], false],
  ["another program's that has migrations too", ['d1_migrations', 'users', 'sessions'], true],
])('a database is %s', (_what, tables, foreign) => {
  expect(isForeign(tables)).toBe(foreign);
});

describe('where the Worker answers', () => {
  const entry = (targets: string[]) =>
    `{"type":"wrangler-session","version":1}\n${JSON.stringify({ type: 'deploy', version_id: 'v-1', targets })}\n`;

  it('is read from what wrangler writes for programs', () => {
    const targets = ['https://breakwater.team.workers.dev', 'schedule: * * * * *', 'schedule: */2 * * * *'];
    expect(readOutput(entry(targets))).toEqual({ versionId: 'v-1', urls: ['https://breakwater.team.workers.dev'] });
    expect(readOutput(entry(['ops.example.com (custom domain)'])).urls).toEqual(['https://ops.example.com']);
    expect(readOutput(entry(['ops.example.com/api/* (zone name: example.com)'])).urls).toEqual([]);
  });

  it('is not made up where wrangler says nothing', () => {
    expect(() => readOutput('{"type":"wrangler-session"}\n')).toThrow(/says that it deployed and not what/);
  });
});

describe('the smoke test', () => {
  const expected = { version: '1.2.0', deploymentId: 'new' };
  const deployed = { version: '1.2.0', deployment: { id: 'new' } };
  const before = { version: '1.2.0', deployment: { id: 'old' } };
  const alive = { status: 200, body: deployed };
  const ready = { status: 200, body: { ...deployed, checks: [] } };

  it.each([
    ['passes for this version, ready', alive, ready, null],
    [
      'waits while the one before answers',
      { status: 200, body: { version: '1.1.0' } },
      ready,
      '/health is of version 1.1.0, not 1.2.0',
    ],
    [
      'waits while another deployment of the same release answers',
      { status: 200, body: before },
      ready,
      '/health is of deployment old, not new',
    ],
    [
      'waits while one place of the edge has it and the next has not',
      alive,
      { status: 200, body: before },
      '/api/ready is of deployment old, not new',
    ],
    [
      'takes no other program of that version for it',
      { status: 200, body: { version: '1.2.0' } },
      ready,
      '/health is of deployment undefined, not new',
    ],
    ['waits while nobody has the name', { status: 404, body: 'no such host' }, ready, '/health answers 404'],
    [
      'names what is not ready',
      alive,
      {
        status: 503,
        body: {
          checks: [
            { name: 'database', ok: false },
            { name: 'hub', ok: true },
          ],
        },
      },
      '/api/ready answers 503 for database',
    ],
    ['takes no page for an answer', alive, { status: 500, body: '<html>' }, '/api/ready answers 500'],
  ])('%s', (_name, health, readiness, problem) => {
    expect(notYet(expected, health, readiness)).toBe(problem);
  });

  const servers: { close: () => void }[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Each of these deployments answers /health once, and the last from then on. */
  async function site(...deployments: object[]): Promise<string> {
    const server = createServer((request, response) => {
      const one = request.url === '/health' && deployments.length > 1 ? deployments.shift() : deployments[0];
      response.setHeader('content-type', 'application/json').end(JSON.stringify(one));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('asks again until the new deployment is the one that answers', async () => {
    await smokeTest(await site(before, before, deployed), expected, { limitMs: 60_000, pauseMs: 1 });
  });

  it('ends with what was wrong last', async () => {
    await expect(smokeTest(await site(before), expected, { limitMs: 0, pauseMs: 1 })).rejects.toThrow(
      /It is deployed, and .* does not answer as it must: \/health is of deployment old, not new/,
    );
  });
});
