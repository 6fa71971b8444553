import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/wire/record.ts';
import { Cli, type Running } from '../helpers/node/cli.ts';
import { freePort, until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

let server: StartedWorkerd;
let key: string;
let keyId: string;
let projectId: string;
beforeAll(async () => {
  server = await startWorkerd({ port: await freePort() });
  const admin = await server.signIn();
  ({ id: projectId } = (await admin.post('/api/projects', { name: 'Tailed' })) as { id: string });
  const made = await admin.post(`/api/projects/${projectId}/keys`, { name: 'all', scopes: ['ingest', 'query'] });
  ({ key, id: keyId } = made as { key: string; id: string });
});
afterAll(() => server.stop());

let sent = 0;
/** Stores so many, numbered on over all tests; returns their numbers. */
async function store(count: number, level = 'info'): Promise<number[]> {
  const ns = Array.from({ length: count }, () => sent++);
  const answer = await fetch(`${server.url}/api/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: ns.map((n) => JSON.stringify({ level, message: `record ${n}`, attrs: { n } })).join('\n'),
  });
  if (answer.status !== 202) throw new Error(`${answer.status}`);
  return ns;
}

const newCli = () => new Cli({ BREAKWATER_URL: server.url, BREAKWATER_KEY: key });
const shown = (running: Running) =>
  running
    .stdout()
    .split('\n')
    .slice(0, -1)
    .map((line) => Number((JSON.parse(line) as LogRecord).attrs.n));
const hasShown = (running: Running, last: number | undefined) =>
  until(`record ${last} is shown`, () => shown(running).includes(last ?? Number.NaN));

describe('tail', () => {
  it('shows the last records and then what comes, each once and in order', async () => {
    const before = await store(20);
    const tail = newCli().start(['tail', '-n', '5', '--json']);
    await hasShown(tail, before.at(-1));
    const after = await store(30);
    await hasShown(tail, after.at(-1));
    expect(shown(tail)).toEqual([...before.slice(-5), ...after]);
    tail.child.kill('SIGINT');
    expect(await tail.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('asks the server for what matches alone', async () => {
    const tail = newCli().start(['tail', 'record', '--level', 'warn', '-n', '0', '--max-records', '3', '--json']);
    let last: number[] = [];
    await until('three warnings are shown', async () => {
      await store(1);
      last = await store(1, 'error');
      return shown(tail).length >= 3;
    });
    expect((await tail.ended).code).toBe(0);
    const levels = tail
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).level);
    expect([levels, shown(tail).length <= last.length + 3]).toEqual([['error', 'error', 'error'], true]);
  });

  it('follows through the death of the server: nothing is missing and nothing comes twice', async () => {
    const [first] = await store(1);
    const tail = newCli().start(['tail', '-n', '1', '--json']);
    await hasShown(tail, first);
    const expected = [first, ...(await store(100))];
    const { port } = new URL(server.url);
    const { stateDir } = server;
    await server.kill9();
    await until('the loss is told', () => /The connection is lost/.test(tail.stderr()));
    server = await startWorkerd({ stateDir, port: Number(port) });
    // While it is still waiting for its next try, or just after it: either way they are after its cursor.
    expected.push(...(await store(100)));
    await hasShown(tail, expected.at(-1));
    expect(tail.stderr()).toMatch(/Connected again\./);
    expected.push(...(await store(10)));
    await hasShown(tail, expected.at(-1));
    expect(shown(tail)).toEqual(expected);
    tail.child.kill('SIGINT');
    expect((await tail.ended).code).toBe(0);
  });

  it('goes on behind the place of the last one, which a file keeps', async () => {
    const cli = newCli();
    const args = ['tail', '--cursor-file', 'place', '-n', '0', '--json'];
    const one = cli.start(args);
    await until('the place is kept', () => readPlace(cli) !== null);
    const [known] = await store(1);
    await hasShown(one, known);
    one.child.kill('SIGINT');
    await one.ended;
    const between = await store(25);
    const two = cli.start(args);
    await hasShown(two, between.at(-1));
    two.child.kill('SIGINT');
    await two.ended;
    expect([shown(one), shown(two)]).toEqual([[known], between]);
  });

  it('ends at once where the place cannot be kept in the file that is named', async () => {
    const cli = newCli();
    execFileSync('mkfifo', [path.join(cli.configDir, 'pipe')]);
    writeFileSync(path.join(cli.configDir, 'notes'), 'some other file of mine');
    const refused = async (file: string, reason: RegExp) => {
      // Nothing listens there: had it begun to follow, it would end with 4.
      const ran = await cli.run(['tail', '--cursor-file', file], '', { BREAKWATER_URL: nowhere });
      expect([file, ran]).toEqual([file, { code: 2, stdout: '', stderr: expect.stringMatching(reason) }]);
    };
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    // There is room for the name of the file, and none for that of its draft.
    await refused('x'.repeat(253), /^breakwater: --cursor-file cannot be x+: ENAMETOOLONG.*\nName a file/);
    await refused('/proc/self/comm', /cannot be \/proc\/self\/comm: E/);
    await refused('/dev/null', /no regular file/);
    await refused('pipe', /no regular file/);
    await refused('.', /no regular file/);
    await refused('notes', /no place of a tail/);
    await refused('notes/place', /cannot be notes\/place: E/);
    expect(readFileSync(path.join(cli.configDir, 'notes'), 'utf8')).toBe('some other file of mine');
    expect(readdirSync(cli.configDir).sort()).toEqual(['notes', 'pipe']);
  });

  it('ends with what is wrong where going on is pointless', async () => {
    const [bad, away] = await Promise.all([
      newCli().run(['tail', 'foo(']),
      newCli().run(['tail'], '', { BREAKWATER_URL: `http://127.0.0.1:${await freePort()}` }),
    ]);
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringMatching(/parenthesis/)]);
    expect([away.code, away.stderr]).toEqual([4, expect.stringMatching(/nothing listens there/)]);
    const tail = newCli().start(['tail', '-n', '1']);
    await until('it is there', () => tail.stdout() !== '');
    const admin = await server.signIn();
    await admin.post(`/api/projects/${projectId}/keys/${keyId}/rotate`, {});
    expect(await tail.ended).toMatchObject({ code: 3 });
  });
});

function readPlace(cli: Cli): string | null {
  try {
    return readFileSync(path.join(cli.configDir, 'place'), 'utf8');
  } catch {
    return null; // not yet
  }
}
