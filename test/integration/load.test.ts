import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Client } from '../../cli/client.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { Bodies } from '../../scripts/load/bodies.ts';
import { loadHelp, parseLoadFlags, refuseLoadFlagsTakenByNpm } from '../../scripts/load/flags.ts';
import { Latencies } from '../../scripts/load/latencies.ts';
import { type Account, imbalances, readAccount } from '../../scripts/load/ledger.ts';
import { judgeMemory, type MemoryVerdict } from '../../scripts/load/memory.ts';
import { Pace } from '../../scripts/load/pace.ts';
import { reportOf } from '../../scripts/load/report.ts';
import { type LoadResult, runLoad } from '../../scripts/load/run.ts';
import { Sender, type Sent } from '../../scripts/load/send.ts';
import { openTarget } from '../../scripts/load/target.ts';
import { verdictLines, verdictOf } from '../../scripts/load/verdict.ts';
import { type Mishap, startFailingProxy } from '../helpers/node/failing-proxy.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

describe('the flags of load and soak', () => {
  it('have their defaults', () => {
    expect(parseLoadFlags('load', [])).toMatchObject({
      url: null,
      durationMs: 30_000,
      rate: null,
      clients: 8,
      batchRecords: 500,
      sockets: 0,
    });
    expect(parseLoadFlags('soak', [])).toMatchObject({ durationMs: 600_000, queriesPerSecond: 1, sockets: 2 });
    for (const command of ['load', 'soak'] as const)
      expect(loadHelp(command)).toContain(`npm run ${command} -- [flags]`);
  });

  it.each([
    [['--rate', 'fast'], /--rate must be a number/],
    [['--duration', '10'], /--duration must be a span/],
    [['--duration', '10ms'], /at least a second/],
    [['--clients', '0'], /--clients must be a number from 1/],
    [['--pid', '77'], /--pid goes with --url/],
    [['--speed', '1'], /Unknown option '--speed'.*--help/],
  ])('%j is refused', (argv, sentence) => expect(() => parseLoadFlags('load', argv)).toThrow(sentence));

  it('say when npm took one for itself', () => {
    const env = { npm_lifecycle_event: 'load', npm_config_rate: '5' };
    expect(() => refuseLoadFlagsTakenByNpm('load', env)).toThrow(/npm took --rate/);
    expect(() => refuseLoadFlagsTakenByNpm('soak', env)).not.toThrow();
  });
});

describe('what is measured', () => {
  it('each request has its place in time, whether or not those before it are answered', () => {
    const pace = new Pace(1_000, 20);
    expect([pace.next(1_000), pace.next(1_000), pace.next(9_000)]).toEqual([1_000, 1_050, 1_100]);
    const free = new Pace(1_000, null);
    expect([free.next(1_000), free.next(1_234)]).toEqual([1_000, 1_234]);
  });

  it('percentiles are within a thousandth', () => {
    const latencies = new Latencies();
    expect(latencies.read()).toEqual({ count: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 });
    for (let ms = 1; ms <= 10_000; ms++) latencies.add(ms);
    const read = latencies.read();
    for (const [name, value] of [
      ['p50Ms', 5_000],
      ['p95Ms', 9_500],
      ['p99Ms', 9_900],
      ['maxMs', 10_000],
    ] as const)
      expect(Math.abs(read[name] / value - 1)).toBeLessThan(0.001);
  });

  it('what was due and not sent counts as late too, where a server stands still until the end', async () => {
    const untilMs = performance.now() + 500;
    const standing = createServer((_, response) => {
      const answer = JSON.stringify({ received: 1, stored: 1, duplicate: 0, rejected: 0, errors: [] });
      setTimeout(() => response.writeHead(202).end(answer), untilMs - performance.now());
    });
    await new Promise<void>((resolve) => standing.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(standing.address() as AddressInfo).port}`;
    const { signal } = new AbortController();
    const client = new Client({ url, key: 'none', source: 'the test' }, signal);
    const sender = new Sender({ client, run: 'r', clients: 1, batchRecords: 1, rate: 1_000, untilMs, signal });
    await sender.run();
    standing.close();
    expect(sender.sent).toMatchObject({ requests: 1, stored: 1 });
    const due = sender.latencies.read();
    expect(due.count).toBe(1 + sender.sent.overdue);
    expect(due.count).toBeGreaterThan(100);
    expect(due.p50Ms).toBeGreaterThan(50);
  });

  it('bodies are of this moment, and of this run', () => {
    const lines = new Bodies('abc', 2, 3).body(5, 1_795_832_886_685).toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line)).map(({ ts, attrs }) => [ts, attrs.run])).toEqual(
      Array.from({ length: 3 }, () => [1_795_832_886_685, 'abc']),
    );
  });
});

describe('the balance', () => {
  const sent = (of: Partial<Sent> = {}): Sent => ({
    ...{ requests: 10, received: 1_000, stored: 990, duplicate: 0, rejected: 10, overdue: 0, unanswered: 0, bytes: 1 },
    ...{ delays: {}, refusals: {}, ...of },
  });
  const counted = (of: Partial<Account> = {}): Account => ({
    received: 1_000,
    stored: 990,
    duplicate: 0,
    rejected: 10,
    ...of,
  });

  it.each([
    ['everything is there', sent(), counted(), 0],
    ['a batch whose answer was lost was received twice', sent(), counted({ received: 1_100, duplicate: 100 }), 0],
    [
      'a batch that nobody answered for is there, or is not',
      sent({ unanswered: 1 }),
      counted({ received: 1_100, stored: 1_090 }),
      0,
    ],
    ['a record was answered as stored and is not there', sent(), counted({ received: 999, stored: 989 }), 2],
    ['a batch is there twice', sent(), counted({ received: 1_100, stored: 1_090 }), 2],
    ['the ledger itself does not add up', sent(), counted({ rejected: 9 }), 1],
  ])('%s', (_what, answers, ledger, problems) => {
    expect(imbalances(answers, ledger, 100).length).toBe(problems);
  });
});

describe('the memory of a server', () => {
  const MIB = 1024 * 1024;
  const samples = (sizeAt: (share: number) => number) =>
    Array.from({ length: 600 }, (_, at) => ({ atMs: at * 1_000, residentBytes: sizeAt(at / 600) * MIB }));

  it.each([
    ['that fills its caches and stays', (share: number) => 300 + 200 * Math.min(1, share * 7), 'flat'],
    ['that breathes', (share: number) => 500 + 80 * Math.sin(share * 90), 'flat'],
    ['that grows a third in ten minutes', (share: number) => 500 + 170 * share, 'grows'],
    ['that jumps late', (share: number) => (share < 0.75 ? 500 : 900), 'grows'],
  ])('%s', (_what, sizeAt, verdict) => expect(judgeMemory(samples(sizeAt), 0)?.verdict).toBe(verdict));

  it('is judged behind the warm-up that was asked for', () => {
    const fills = samples((share) => 300 + 200 * Math.min(1, share * 2));
    expect(judgeMemory(fills, 0)?.verdict).toBe('grows');
    expect(judgeMemory(fills, 300_000)?.verdict).toBe('flat');
    expect(judgeMemory(fills, 570_000)?.verdict).toBe('not judged');
  });

  it('is not judged by a run in which caches still fill', () => {
    expect(judgeMemory(samples(() => 1).slice(0, 140), 0)?.verdict).toBe('not judged');
    expect(judgeMemory([], 0)).toBeNull();
  });
});

describe('the verdict', () => {
  const result = (of: Partial<LoadResult>) =>
    ({ problems: [], rate: 1_000, perSecond: 990, seconds: 600, ...of }) as unknown as LoadResult;
  const memory = (verdict: MemoryVerdict['verdict']) => ({
    memory: { verdict, judgedFromMs: 150_000 } as MemoryVerdict,
  });

  it.each([
    ['a soak that held', 'soak', result(memory('flat')), false, 0, /^ok {9}every record is accounted for\n$/],
    [
      'a soak whose memory grows',
      'soak',
      result(memory('grows')),
      false,
      1,
      /^NOT OK {5}The memory of the server grows\.\n$/,
    ],
    [
      'a soak that is too slow',
      'soak',
      result({ ...memory('flat'), perSecond: 900 }),
      false,
      1,
      /^NOT OK .*900 of 1000/,
    ],
    [
      'a soak that is too short',
      'soak',
      result({ ...memory('not judged'), seconds: 60 }),
      false,
      6,
      /^NOT JUDGED The memory of the server: 1 min are too short to tell, it takes 2 min 30 s at least\.\n$/,
    ],
    ['a soak of a server elsewhere', 'soak', result({ memory: null }), false, 6, /^NOT JUDGED .*--pid.*\n$/],
    [
      'a short soak that lost records',
      'soak',
      result({ ...memory('not judged'), problems: ['Lost.'] }),
      false,
      1,
      /^NOT OK {5}Lost\.\nNOT JUDGED /,
    ],
    ['a soak that was stopped', 'soak', result(memory('not judged')), true, 1, /^NOT OK {5}It was stopped/],
    [
      'a load, which says nothing of memory',
      'load',
      result({ ...memory('not judged'), perSecond: 1 }),
      false,
      0,
      /^ok /,
    ],
  ] as const)('of %s', (_what, command, measured, wasStopped, exitCode, lines) => {
    const verdict = verdictOf(command, measured, wasStopped);
    expect([verdict.exitCode, verdictLines(verdict)]).toEqual([exitCode, expect.stringMatching(lines)]);
  });
});

describe('a load on a real server', () => {
  let server: StartedWorkerd;
  let key: string;
  beforeAll(async () => {
    server = await startWorkerd();
    const admin = await server.signIn();
    const { id } = (await admin.post('/api/projects', { name: 'Loaded' })) as { id: string };
    const made = await admin.post(`/api/projects/${id}/keys`, { name: 'load', scopes: ['ingest', 'query'] });
    ({ key } = made as { key: string });
  });
  afterAll(() => server.stop());

  it('accounts for every record over lost answers, repeated requests, overload and cut connections', async () => {
    const later = { status: 503, headers: { 'retry-after': '1' } };
    const mishaps: Mishap[] = ['lose', 'twice', later, 'cut'];
    let sends = 0;
    const proxy = await startFailingProxy(server.url, (_, at) =>
      at.startsWith('/api/ingest') && ++sends % 5 === 0 ? (mishaps[(sends / 5) % mishaps.length] ?? 'pass') : 'pass',
    );
    const client = new Client({ url: proxy.url, key, source: 'the test' }, new AbortController().signal);
    // The proxy speaks HTTP alone: sockets are in the next test.
    const target = { client, name: 'test', group: server.pid, stop: async () => undefined };
    const options = {
      warmUpMs: 0,
      durationMs: 4_000,
      rate: 2_000,
      clients: 4,
      batchRecords: 50,
      queriesPerSecond: 2,
      sockets: 0,
    };
    const result = await runLoad(target, options, client.signal);
    await proxy.close();
    expect(result.problems).toEqual([]);
    expect(Object.keys(proxy.counts).sort()).toEqual(['503', 'cut', 'lose', 'pass', 'twice']);
    expect(result.sent.stored).toBe(result.counted.stored);
    expect(result.counted.duplicate).toBeGreaterThan(0);
    expect(result.ingest.count).toBe(result.sent.requests + result.sent.overdue);
    expect(reportOf(result)).toMatch(/^waited {5}\d+ times: The server answers 503\.$/m);
  });

  it('asks first where the server is not on this machine, and says which it is', async () => {
    const variables = {
      BREAKWATER_KEY: key,
      BREAKWATER_ALLOW_HTTP: '1',
      BREAKWATER_CONFIG_DIR: temporaryFolder('load'),
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    // Every address of this machine: reached here, and none of loopback by its name.
    const url = server.url.replace('127.0.0.1', '0.0.0.0');
    const { signal } = new AbortController();
    const open = (...flags: string[]) => openTarget(parseLoadFlags('load', ['--url', url, ...flags]), signal);
    await expect(open()).rejects.toThrow(
      new RegExp(
        `^http://0\\.0\\.0\\.0:\\d+ is not on this machine \\(version ${packageJson.version}.*Add --yes-deployed`,
        's',
      ),
    );
    await expect(open('--yes-deployed')).resolves.toMatchObject({ name: url });
  });

  it('says what was measured when it is stopped, and waits for what is under way', async () => {
    const args = ['scripts/launch.mjs', 'scripts/load.ts', '--url', server.url, '--duration', '1h', '--json'];
    const child = spawn(process.execPath, [...args, '--rate', '500', '--batch', '50', '--sockets', '1'], {
      ...{ cwd: PROJECT_DIR, env: { ...process.env, BREAKWATER_KEY: key } },
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const client = new Client({ url: server.url, key, source: 'the test' }, new AbortController().signal);
    const { account } = await readAccount(client);
    await expect
      .poll(async () => (await readAccount(client)).account.stored, { timeout: 60_000 })
      .toBeGreaterThan(account.stored);
    child.kill('SIGINT');
    expect(await ended).toBe(1);
    const { problems, sent, counted, live } = JSON.parse(stdout) as LoadResult;
    expect(problems).toEqual(['It was stopped before its time.']);
    expect(counted.stored).toBe(sent.stored);
    expect(live).toMatchObject({ missing: 0, seen: sent.stored });
  });

  it('is what npm run load does, sockets included, and its code tells', async () => {
    const run = (flags: string[], variables: Record<string, string>) => {
      const args = [path.join(PROJECT_DIR, 'scripts/launch.mjs'), 'scripts/load.ts', ...flags];
      const child = spawn(process.execPath, args, { cwd: PROJECT_DIR, env: { ...process.env, ...variables } });
      let stdout = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      return new Promise<{ code: number | null; stdout: string }>((resolve) =>
        child.once('close', (code) => resolve({ code, stdout })),
      );
    };
    const flags = [
      '--url',
      server.url,
      '--duration',
      '3s',
      '--rate',
      '500',
      '--batch',
      '50',
      '--sockets',
      '2',
      '--queries',
      '1',
      '--json',
    ];
    const { code, stdout } = await run([...flags, '--pid', String(server.pid)], { BREAKWATER_KEY: key });
    const result = JSON.parse(stdout) as LoadResult;
    expect([code, result.problems]).toEqual([0, []]);
    expect(result.live).toMatchObject({ sockets: 2, missing: 0, seen: result.sent.stored * 2 });
    expect((await run(flags, { BREAKWATER_KEY: `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}` })).code).toBe(3);
    expect((await run(['--rate', 'x'], {})).code).toBe(2);
  });
});
