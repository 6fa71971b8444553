import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { type AdminSession, logIn } from '../../scripts/start/api.ts';
import { Cli } from '../helpers/node/cli.ts';
import { freePort } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

const PASSWORD = 'correct horse battery staple';

let server: StartedWorkerd;
let admin: AdminSession;
let projectId: string;
beforeAll(async () => {
  server = await startWorkerd();
  admin = await server.signIn();
  projectId = ((await admin.post('/api/projects', { name: 'Shop' })) as { id: string }).id;
});
afterAll(() => server.stop());

async function keyWith(...scopes: string[]): Promise<{ id: string; key: string }> {
  return (await admin.post(`/api/projects/${projectId}/keys`, { name: scopes.join(' '), scopes })) as never;
}

/** The command with a key of these scopes in its environment. */
async function cliWith(...scopes: string[]): Promise<Cli> {
  return new Cli({ BREAKWATER_URL: server.url, BREAKWATER_KEY: (await keyWith(...scopes)).key });
}

describe('logging in', () => {
  it('signs a person in, makes a key with the scopes, signs out, and keeps the key alone in a private file', async () => {
    const cli = new Cli();
    const args = [
      'login',
      server.url,
      '--user',
      'admin',
      '--password-stdin',
      '--scope',
      'admin',
      '--project',
      projectId,
    ];
    const { code, stdout } = await cli.run(args, `${PASSWORD}\n`);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Logged in to http.*: project Shop, admin\.\n$/)]);
    expect(statSync(cli.configFile).mode & 0o777).toBe(0o600);
    const text = readFileSync(cli.configFile, 'utf8');
    expect(text).not.toContain(PASSWORD);
    const { items } = await cli.json<{ items: { id: string; name: string }[] }>('keys', 'list');
    const mine = items.find(({ name }) => name.startsWith('breakwater CLI of admin on '));
    expect(mine).toBeDefined();
    const sessions = (await admin.get('/api/auth/sessions')) as { items: { userAgent: string }[] };
    expect(sessions.items.filter(({ userAgent }) => userAgent.startsWith('breakwater-cli/'))).toEqual([]);

    expect((await cli.run(['logout', '--revoke'])).code).toBe(0);
    expect((await cli.run(['query'])).code).toBe(3);
    const other = await cliWith('admin');
    const left = await other.json<{ items: { id: string }[] }>('keys', 'list');
    expect(left.items.map(({ id }) => id)).not.toContain(mine?.id);
  });

  it('asks for the code of who has a second factor', async () => {
    const [username, password] = ['operator', 'a password of some length'];
    await admin.post('/api/users', { username, password, role: 'admin' });
    const outcome = await logIn(server.url, username, password);
    if (outcome.kind !== 'ok') throw new Error(outcome.kind);
    const { secret } = (await outcome.session.post('/api/auth/factors/totp')) as { secret: string };
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    await outcome.session.post('/api/auth/factors/totp/confirm', { code: totp.generate() });
    const args = ['login', server.url, '--user', username, '--password-stdin', '--project', projectId];
    const without = await new Cli().run(args, password);
    expect([without.code, without.stderr]).toEqual([2, expect.stringMatching(/Code of the.*\nUse --code\./)]);
    // A code is taken once, and half a minute early.
    const code = totp.generate({ timestamp: Date.now() + 30_000 });
    const cli = new Cli();
    expect((await cli.run([...args, '--code', code], password)).code).toBe(0);
    expect((await cli.run(['query'])).code).toBe(0);
  });

  it('keeps several deployments, and goes by the one that is current or named', async () => {
    const cli = new Cli();
    const [reader, sender] = [await keyWith('query'), await keyWith('ingest')];
    expect((await cli.run(['login', server.url, '--key-stdin', '--profile', 'read'], reader.key)).code).toBe(0);
    expect((await cli.run(['login', server.url, '--key-stdin', '--profile', 'write'], sender.key)).code).toBe(0);
    expect((await cli.run(['query'])).code).toBe(3);
    expect((await cli.run(['query', '--profile', 'read'])).code).toBe(0);
    expect((await cli.run(['profiles', 'use', 'read'])).code).toBe(0);
    expect((await cli.run(['query'])).code).toBe(0);
    const { items } = await cli.json<{ items: { name: string; current: boolean }[] }>('profiles', 'list');
    expect(items.map(({ name, current }) => [name, current])).toEqual([
      ['read', true],
      ['write', false],
    ]);
    const elsewhere = await cli.run(['query', '--url', `http://127.0.0.1:${await freePort()}`]);
    expect([elsewhere.code, elsewhere.stderr]).toEqual([3, expect.stringMatching(/There is no key for/)]);
  });

  it.each([
    ['a wrong password', ['--user', 'admin', '--password-stdin'], 'not this one at all', 3, /password/i],
    ['half of a key', ['--key-stdin'], 'bw_abc', 3, /no key of Breakwater/],
    [
      'a key of another deployment',
      ['--key-stdin'],
      `bw_${'a'.repeat(16)}.k1.eyJwIjoicHJqX3giLCJzIjpbInF1ZXJ5Il19.${'a'.repeat(43)}`,
      3,
      /address/,
    ],
    ['nothing', ['--key-stdin'], '', 2, /holds no key/],
    ['no terminal to ask at', [], '', 2, /--key-stdin/],
  ])('refuses %s, and stores nothing', async (_what, flags, input, code, sentence) => {
    const cli = new Cli();
    const ran = await cli.run(['login', server.url, ...flags], input);
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringMatching(sentence)]);
    expect(() => statSync(cli.configFile)).toThrow();
  });

  it('says that what answers is not Breakwater, and gives no key to where a redirect leads', async () => {
    const asked: (string | undefined)[] = [];
    const other = http.createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(302, { location: 'https://team.cloudflareaccess.com/login' }).end();
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, stderr } = await new Cli().run(['login', url, '--key-stdin'], (await keyWith('query')).key);
    other.close();
    expect([code, stderr]).toEqual([4, expect.stringMatching(/is not Breakwater.*\n.*Cloudflare Access/)]);
    expect(asked).toEqual([undefined]);
  });
});

describe('exit codes', () => {
  it('tell a wrong command line, a missing right, and a deployment that is not there', async () => {
    const cli = await cliWith('ingest');
    const none = { BREAKWATER_URL: `http://127.0.0.1:${await freePort()}` };
    const codes = await Promise.all([
      cli.run(['--version']),
      cli.run(['query', '--limit', 'many']),
      cli.run(['query']),
      cli.run(['health'], '', none),
      new Cli().run(['tail']),
    ]);
    expect(codes.map(({ code }) => code)).toEqual([0, 2, 3, 4, 3]);
    expect(codes[0]?.stdout).toBe(`${packageJson.version}\n`);
    expect(codes[3]?.stderr).toMatch(/nothing listens there\.\nCheck the port/);
  });

  it('come with a failure that a program can read', async () => {
    const cli = await cliWith('query');
    const { code, stderr } = await cli.run(['query', 'foo(', '--json']);
    const { error } = JSON.parse(stderr);
    expect([code, error]).toEqual([
      2,
      expect.objectContaining({
        exitCode: 2,
        code: 'invalid_query',
        status: 400,
        requestId: expect.stringMatching(/./),
      }),
    ]);
  });

  it('are 0 where the reader of a pipe has read enough', async () => {
    const cli = await cliWith('ingest', 'query');
    await cli.run(['send', '--service', 'pipe'], Array.from({ length: 3_000 }, (_, i) => `line ${i}\n`).join(''));
    const running = cli.start(['query', 'service:pipe', '--limit', '0', '--format', 'ndjson']);
    running.child.stdout.once('data', () => running.child.stdout.destroy());
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('query', () => {
  it('writes tables, JSON, NDJSON and CSV, over as many pages as it takes', async () => {
    const cli = await cliWith('ingest', 'query');
    const records = Array.from({ length: 2_500 }, (_, n) => ({
      level: n % 2 ? 'error' : 'info',
      service: 'paged',
      message: `say "${n}", =1`,
      attrs: { n },
    }));
    await cli.run(['send'], records.map((record) => JSON.stringify(record)).join('\n'));
    const all = await cli.json<{ attrs: { n: number } }[]>('query', 'service:paged', '--limit', '0');
    expect(new Set(all.map(({ attrs }) => attrs.n)).size).toBe(2_500);
    const errors = await cli.run([
      'query',
      '--service',
      'paged',
      '--level',
      'warn',
      '-n',
      '1200',
      '--format',
      'ndjson',
    ]);
    const lines = errors.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([lines.length, new Set(lines.map(({ level }) => level))]).toEqual([1_200, new Set(['error'])]);
    const csv = await cli.run(['query', 'service:paged AND attrs.n:7', '--format', 'csv']);
    const query = new URLSearchParams({ project: projectId, q: 'service:paged AND attrs.n:7', format: 'csv' });
    const exported = await fetch(`${server.url}/api/export?${query}`, {
      headers: { authorization: `Bearer ${(await keyWith('query')).key}` },
    });
    expect(csv.stdout).toBe(await exported.text());
    const table = await cli.run(['query', 'service:paged OR service:none', '--level', 'error', '-n', '2']);
    expect(table.stdout).toMatch(
      /^(\d{4}-\d\d-\d\d [\d:.]+(Z|[+-]\d\d:\d\d) ERROR paged say \\?"\d+\\?", =1 n=\d+\n){2}$/,
    );
    expect(table.stderr).toMatch(/more than 2/);
  });

  it('keeps every digit, and lets no record reach the terminal', async () => {
    const cli = await cliWith('ingest', 'query');
    await cli.run(
      ['send'],
      '{"service":"digits","message":"\\u001b[2Jgone","attrs":{"n":12345678901234567890.123456789}}\n',
    );
    const table = await cli.run(['query', 'service:digits']);
    expect(table.stdout).toContain('n=12345678901234567890.123456789');
    expect(table.stdout).toContain('\\u001b[2Jgone');
    expect((await cli.run(['query', 'service:digits', '--json'])).stdout).toContain(
      '"n":12345678901234567890.123456789',
    );
  });
});

describe('keys', () => {
  it('are made, listed, rotated and ended', async () => {
    const cli = await cliWith('admin');
    const made = await cli.run(['keys', 'create', 'shipper', '--scope', 'ingest', '--records-per-day', '1000']);
    const key = made.stdout.trim();
    expect([made.code, key]).toEqual([0, expect.stringMatching(/^bw_[\w.-]+$/)]);
    const list = async (...flags: string[]) =>
      (await cli.json<{ items: { id: string; name: string; revokedAtMs: number | null }[] }>('keys', 'list', ...flags))
        .items;
    const [first] = (await list()).filter(({ name }) => name === 'shipper');
    const rotated = await cli.run(['keys', 'rotate', first?.id ?? '']);
    expect(rotated.stdout).toMatch(/^bw_/);
    const [second, ...more] = (await list()).filter(({ name }) => name === 'shipper');
    expect([second?.id === first?.id, more]).toEqual([false, []]);
    expect((await cli.run(['keys', 'revoke', second?.id ?? ''])).code).toBe(0);
    expect((await list()).filter(({ name }) => name === 'shipper')).toEqual([]);
    expect((await list('--all')).filter(({ name }) => name === 'shipper').length).toBe(2);
    const sent = await cli.run(['send'], 'x\n', { BREAKWATER_KEY: key });
    expect([sent.code, sent.stderr]).toEqual([3, expect.stringMatching(/Ask an administrator for another key/)]);
    expect((await cli.run(['keys', 'create', 'x', '--scope', 'everything'])).code).toBe(2);
  });
});

describe('archive and deliveries', () => {
  it('say what there is, check it, and queue dead letters again', async () => {
    const cli = await cliWith('admin');
    expect(await cli.json('archive', 'status')).toMatchObject({ archives: 0, lagMs: 0 });
    expect(await cli.json('archive', 'list')).toEqual({ items: [] });
    expect(await cli.json('archive', 'verify')).toEqual({ archives: [], manifests: { versions: 0, problems: [] } });
    const restored = await cli.json('archive', 'restore', '--from', '90d', '--to', '60d', '--days', '3');
    expect(restored).toMatchObject({ blocks: 0, days: 3 });
    expect((await cli.run(['archive', 'restore', '--from', '1d'])).code).toBe(2);
    expect((await cli.run(['archive', 'verify', 'arc_none'])).code).toBe(1);
    const { id } = (await admin.post(`/api/destinations?project=${projectId}`, {
      ...{ name: 'Receiver', url: `http://127.0.0.1:${await freePort()}/` },
    })) as { id: string };
    expect(await cli.json('deliveries', 'list', '--state', 'dead')).toEqual({ items: [] });
    expect(await cli.json('deliveries', 'replay', '--destination', id, '--all')).toEqual({ deliveries: 0 });
    expect((await cli.run(['deliveries', 'replay'])).code).toBe(2);
    expect((await cli.run(['deliveries', 'replay', '--destination', id])).code).toBe(2);
  });
});

interface Examined {
  findings: { what: string; state: string; detail: string; fix?: string }[];
}
const found = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as Examined).findings;

describe('doctor and health', () => {
  it('find nothing wrong where nothing is', async () => {
    const { id } = (await admin.post('/api/projects', { name: 'Well' })) as { id: string };
    const made = (await admin.post(`/api/projects/${id}/keys`, { name: 'all', scopes: ['admin'] })) as { key: string };
    const cli = new Cli({ BREAKWATER_URL: server.url, BREAKWATER_KEY: made.key });
    await cli.run(['send'], 'well\n');
    const { code, stdout } = await cli.run(['doctor']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Nothing is wrong\.\n$/)]);
    for (const what of ['reachable', 'database', 'key', 'clock', 'live', 'data', 'limits', 'webhooks', 'deployment'])
      expect(stdout).toMatch(new RegExp(`^ok +${what}: `, 'm'));
    expect(await cli.json('health')).toMatchObject({ health: { status: 'ok' }, ready: { status: 'ready' } });
  });

  it('say why records were turned away, and what to change', async () => {
    const cli = await cliWith('admin');
    await cli.run(['send'], '{"message":"x","ts":"tomorrow"}\n');
    const ended = await keyWith('ingest');
    await cli.run(['keys', 'revoke', ended.id]);
    await fetch(`${server.url}/api/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ended.key}` },
      body: '{}',
    });
    const findings = found(await cli.run(['doctor', '--json']));
    expect(findings).toContainEqual(
      expect.objectContaining({ what: 'rejected', state: 'warn', fix: expect.stringMatching(/clock/) }),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({
        what: 'refused',
        state: 'warn',
        detail: expect.stringContaining('key_revoked'),
        fix: expect.stringMatching(/keys list/),
      }),
    );
  });

  it('tell an ended key, a browser key, no key and no deployment apart, each with its code', async () => {
    const { id, key } = await keyWith('query');
    await admin.post(`/api/projects/${projectId}/keys/${id}/rotate`, {});
    const browser = (await admin.post(`/api/projects/${projectId}/keys`, {
      ...{ name: 'pages', scopes: ['ingest'], origins: ['https://shop.example'] },
    })) as { key: string };
    const doctor = (variables: Record<string, string>) => new Cli(variables).run(['doctor', '--json']);
    const ended = await doctor({ BREAKWATER_URL: server.url, BREAKWATER_KEY: key });
    expect([ended.code, found(ended).at(-1)]).toEqual([3, expect.objectContaining({ what: 'key', state: 'fail' })]);
    const pages = await doctor({ BREAKWATER_URL: server.url, BREAKWATER_KEY: browser.key });
    expect(found(pages)).toContainEqual(
      expect.objectContaining({ what: 'key', state: 'warn', detail: expect.stringContaining('browser key') }),
    );
    const cli = new Cli({ BREAKWATER_URL: server.url });
    expect((await cli.run(['doctor', '--json'])).code).toBe(3);
    const away = await doctor({ BREAKWATER_URL: `http://127.0.0.1:${await freePort()}`, BREAKWATER_KEY: key });
    expect([away.code, found(away).at(-1)]).toEqual([
      4,
      expect.objectContaining({ what: 'reachable', fix: expect.stringMatching(/port/) }),
    ]);
  });

  it('say that others may read the keys', async () => {
    const cli = new Cli();
    await cli.run(['login', server.url, '--key-stdin'], (await keyWith('query')).key);
    chmodSync(cli.configFile, 0o644);
    expect(found(await cli.run(['doctor', '--json']))).toContainEqual(
      expect.objectContaining({ what: 'configuration', state: 'warn', fix: `chmod 600 ${cli.configFile}` }),
    );
    writeFileSync(cli.configFile, '{"half":');
    expect(await cli.run(['doctor'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is damaged\.\n.*log in again/),
    });
  });
});
