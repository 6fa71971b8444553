import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminSession } from '../../scripts/start/api.ts';
import { Cli } from '../helpers/node/cli.ts';
import { type Mishap, startFailingProxy } from '../helpers/node/failing-proxy.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

let server: StartedWorkerd;
let admin: AdminSession;
beforeAll(async () => {
  server = await startWorkerd();
  admin = await server.signIn();
});
afterAll(() => server.stop());

/** A project of its own, with the command that sends to it over a network that fails by plan. */
async function sender(plan: (request: number) => Mishap = () => 'pass') {
  const { id } = (await admin.post('/api/projects', { name: 'Sending' })) as { id: string };
  const made = (await admin.post(`/api/projects/${id}/keys`, { name: 'all', scopes: ['ingest', 'query'] })) as {
    key: string;
  };
  let sends = 0;
  const proxy = await startFailingProxy(server.url, (_, at) => (at.startsWith('/api/ingest') ? plan(sends++) : 'pass'));
  const cli = new Cli({ BREAKWATER_URL: proxy.url, BREAKWATER_KEY: made.key });
  const file = (name: string, text: string | Buffer) => {
    const at = path.join(cli.configDir, name);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, text);
    return at;
  };
  return {
    ...{ cli, proxy, file },
    /** What is stored, in the order of its numbers. */
    async stored(): Promise<number[]> {
      const records = await cli.json<{ attrs: { n: number } }[]>('query', '--limit', '0', '--from', '1d');
      return records.map(({ attrs }) => attrs.n).sort((one, other) => one - other);
    },
    async ledger() {
      const { received, stored, duplicate, rejected } = (await admin.get(`/api/projects/${id}/ledger`)) as Record<
        string,
        number
      >;
      return { received, stored, duplicate, rejected };
    },
  };
}

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);
const ndjson = (ns: readonly number[]) =>
  ns.map((n) => `${JSON.stringify({ message: `record ${n}`, attrs: { n } })}\n`).join('');

describe('send', () => {
  it('takes files, patterns, gzip, arrays and the standard input', async () => {
    const { cli, file, stored } = await sender();
    file('a.ndjson', ndjson(numbers(10)));
    file('logs/b.ndjson.gz', gzipSync(ndjson(numbers(10, 10))));
    file(
      'logs/deep/c.json',
      JSON.stringify(
        numbers(10, 20).map((n) => ({ message: 'x', attrs: { n } })),
        null,
        2,
      ),
    );
    const sent = await cli.json<{ stored: number; files: { file: string }[] }>('send', 'a.ndjson', 'logs/**/*');
    expect([sent.stored, sent.files.map((one) => one.file)]).toEqual([
      30,
      ['a.ndjson', 'logs/b.ndjson.gz', 'logs/deep/c.json'],
    ]);
    expect((await cli.run(['send'], ndjson(numbers(5, 30)))).stdout).toMatch(/^5 records stored, in /);
    expect(await stored()).toEqual(numbers(35));
    expect((await cli.run(['send', 'none.log'])).code).toBe(2);
    expect((await cli.run(['send', '*.none'])).code).toBe(2);
    expect((await cli.run(['send', 'logs'])).stderr).toMatch(/is a folder/);
  });

  it('takes gzip from a pipe, and a named pipe, whole', async () => {
    const { cli, stored } = await sender();
    const packed = cli.start(['send', '--json']);
    packed.child.stdin.end(gzipSync(ndjson(numbers(5))));
    expect(await packed.ended).toMatchObject({ code: 0 });
    execFileSync('mkfifo', [path.join(cli.configDir, 'pipe')]);
    const named = cli.start(['send', 'pipe', '--json']);
    await writeFile(path.join(cli.configDir, 'pipe'), ndjson(numbers(5, 5)));
    expect(await named.ended).toMatchObject({ code: 0 });
    expect(await stored()).toEqual(numbers(10));
  });

  it('says of a file that is cut off that it cannot be read', async () => {
    const { cli, file } = await sender();
    file('cut.gz', gzipSync(ndjson(numbers(1_000))).subarray(0, 500));
    expect(await cli.run(['send', 'cut.gz'])).toMatchObject({
      ...{ code: 1, stderr: 'breakwater: Cannot read cut.gz: unexpected end of file.\n' },
    });
  });

  it('stores each record once over lost answers, repeated requests, overload and cut connections', async () => {
    const mishaps: Mishap[] = [
      'lose',
      'pass',
      'cut',
      'twice',
      { status: 503, headers: { 'retry-after': '1' } },
      { status: 429, headers: { 'retry-after': '1' } },
      'lose',
      'pass',
      { status: 500 },
    ];
    const { cli, file, stored, proxy, ledger } = await sender((n) => mishaps[n] ?? 'pass');
    file('a.ndjson', ndjson(numbers(1_000)));
    const ran = await cli.run(['send', 'a.ndjson', '--batch-records', '100', '--concurrency', '3', '--json']);
    expect([ran.code, JSON.parse(ran.stdout)]).toMatchObject([0, { received: 1_000, stored: 1_000, rejected: 0 }]);
    expect(proxy.counts).toMatchObject({ lose: 2, cut: 1, twice: 1, '503': 1, '429': 1, '500': 1 });
    // Nobody watches a bar here: why it waits is said all the same.
    for (const status of [503, 429, 500]) expect(ran.stderr).toContain(`The server answers ${status}. Trying again.\n`);
    expect(await stored()).toEqual(numbers(1_000));
    const counted = await ledger();
    expect(counted.stored).toBe(1_000);
    expect(counted.received).toBe(1_000 + (counted.duplicate ?? Number.NaN));
  });

  it('goes on where it was killed, and nothing is stored twice', async () => {
    // Answers of the third request on are held back until the command is dead: requests have left whose answers nobody read.
    let isDead = false;
    const { cli, file, stored } = await sender((n) =>
      n === 2 || n === 3 ? 'lose' : n > 3 && !isDead ? { status: 503, headers: { 'retry-after': '2' } } : 'pass',
    );
    file('a.ndjson', ndjson(numbers(1_000)));
    const args = ['send', 'a.ndjson', '--batch-records', '100', '--concurrency', '2'];
    const first = cli.start(args);
    await until('some of it is stored, and not all', async () => (await stored()).length >= 400);
    first.child.kill('SIGKILL');
    expect((await first.ended).code).toBe(137);
    isDead = true;
    appendFileSync(path.join(cli.configDir, 'a.ndjson'), ndjson(numbers(50, 1_000)));
    const second = await cli.run([...args, '--json']);
    expect([second.code, JSON.parse(second.stdout).rejected]).toEqual([0, 0]);
    expect(await stored()).toEqual(numbers(1_050));
  });

  it('sends of a file that has grown only what is new, all of it again where that is said, and what is piped each time', async () => {
    const { cli, file, stored } = await sender();
    const name = file('app.ndjson', ndjson(numbers(10)));
    await cli.run(['send', name]);
    expect((await cli.run(['send', name])).stdout).toMatch(/^Nothing new/);
    appendFileSync(name, ndjson(numbers(10, 10)));
    expect(await cli.json('send', name)).toMatchObject({ received: 10, stored: 10 });
    expect(await stored()).toEqual(numbers(20));
    expect(await cli.json('send', name, '--again')).toMatchObject({ received: 20, stored: 20 });
    for (let i = 0; i < 2; i++) await cli.run(['send'], ndjson([99]));
    expect((await stored()).filter((n) => n === 99)).toEqual([99, 99]);
    writeFileSync(name, ndjson(numbers(3, 200)));
    expect(await cli.json('send', name)).toMatchObject({ received: 3, stored: 3 });
  });

  it('sends the last line of a file that is being written whole, as one record', async () => {
    // Its end is written when the first request is there: the file has been read to its end by then.
    const { cli, file, stored } = await sender((n) => {
      if (n === 0) appendFileSync(name, '"message":"late","attrs":{"n":10}}\n');
      return 'pass';
    });
    const name = file('app.ndjson', `${ndjson(numbers(10))}{"service":"slow",`);
    expect(await cli.json('send', name, '--batch-records', '10')).toMatchObject({ received: 11, stored: 11 });
    expect(await stored()).toEqual(numbers(11));
    expect((await cli.run(['send', name])).stdout).toMatch(/^Nothing new/);
  });

  it('names each record that was rejected, by its number in the file, and ends with 5', async () => {
    const { cli, file, stored } = await sender();
    const long = `"${'x'.repeat(2 * 1024 * 1024)}"`;
    file('mixed.ndjson', `${ndjson([0])}{"message":"bad","ts":"soon"}\n${long}\n${ndjson([1])}17\n`);
    const { code, stdout, stderr } = await cli.run(['send', 'mixed.ndjson', '--format', 'ndjson']);
    expect(code).toBe(5);
    expect(stdout).toMatch(/^2 records stored, 3 rejected, /);
    expect(stderr).toMatch(/^mixed\.ndjson, record 3: {1,2}is longer than a record can be$/m);
    expect(stderr).toMatch(/^mixed\.ndjson, record 2: \/ts /m);
    expect(stderr).toMatch(/^mixed\.ndjson, record 5: /m);
    expect(await stored()).toEqual([0, 1]);
    expect(await cli.run(['send', '--format', 'ndjson'], '{"message":"bad","ts":"soon"}\n')).toMatchObject({ code: 5 });
  });

  it('lets what trickles through the pipe leave before the pipe ends', async () => {
    const { cli, stored } = await sender();
    const running = cli.start(['send']);
    running.child.stdin.write(ndjson([1]));
    await until('the first line is stored', async () => (await stored()).length === 1);
    running.child.stdin.end(ndjson([2]));
    expect((await running.ended).code).toBe(0);
    expect(await stored()).toEqual([1, 2]);
  });

  it('gives up in the end, says so, and loses nothing by it', async () => {
    let away = true;
    const { cli, file, stored } = await sender(() => (away ? 'cut' : 'pass'));
    file('a.ndjson', ndjson(numbers(10)));
    const { code, stderr } = await cli.run(['send', 'a.ndjson', '--give-up-after', '1s']);
    expect([code, stderr]).toEqual([4, expect.stringMatching(/for too long\.\nRun the same command again/)]);
    away = false;
    expect((await cli.run(['send', 'a.ndjson'])).code).toBe(0);
    expect(await stored()).toEqual(numbers(10));
  });
});
