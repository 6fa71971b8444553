/** sqlmap as Debian packages it, against a server of ours and against one that it has to find a hole in. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type StartedServer, startServer } from '../helpers/node/server.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';
import { startFlawedServer } from './flawed-server.ts';
import { isInstalled, runScanner, SCAN_LIMIT_MS } from './installed.ts';
import { type Targets, targetsOf } from './targets.ts';

const installed = isInstalled('sqlmap');

/** The parameters that sqlmap could get SQL in through: lines of its table of results. */
async function injectable(target: readonly string[], headers: readonly string[] = []): Promise<string[]> {
  const dir = temporaryFolder('sqlmap');
  const args = [
    ...target,
    ...headers.flatMap((header) => ['-H', header]),
    ...['--batch', '--dbms', 'sqlite', '--level', '1', '--risk', '2', '--threads', '4'],
    ...['--ignore-code', '401', '--flush-session'],
    ...['--output-dir', dir, '--results-file', path.join(dir, 'results.csv'), '--disable-coloring'],
  ];
  const stdout = await runScanner('sqlmap', args);
  if (!stdout.includes('testing for SQL injection')) throw new Error(`sqlmap tried nothing:\n${stdout.slice(-2_000)}`);
  const [file] = globSync('results*.csv', { cwd: dir });
  if (file === undefined) throw new Error(`sqlmap left no results:\n${stdout.slice(-2_000)}`);
  return readFileSync(path.join(dir, file), 'utf8').trim().split('\n').slice(1);
}

describe('sqlmap', () => {
  let server: StartedServer | undefined;
  let targets: Targets;

  beforeAll(async () => {
    if (!installed) return;
    server = await startServer();
    targets = await targetsOf(server);
  });
  afterAll(() => server?.stop());
  beforeEach((test) => test.skip(!installed, 'sqlmap is not installed'));

  it(
    'finds the holes of a server that has some, in a parameter and in a JSON body',
    async () => {
      const flawed = await startFlawedServer();
      try {
        const list = path.join(temporaryFolder('sqlmap-list'), 'urls');
        writeFileSync(list, `${flawed.url}/items?id=1\n`);
        expect(await injectable(['-m', list])).toEqual([expect.stringContaining('id')]);
        writeFileSync(list, `${flawed.url}/items\n`);
        const body = ['--data', '{"id": 1}', '--method', 'POST'];
        expect(await injectable(['-m', list, ...body], ['Content-Type: application/json'])).toEqual([
          expect.stringMatching(/id/),
        ]);
      } finally {
        await flawed.close();
      }
    },
    SCAN_LIMIT_MS,
  );

  it('is answered by every address that it is given', async () => {
    const headers = new Headers(targets.headers.map((header) => header.split(': ', 2) as [string, string]));
    const statuses = await Promise.all(targets.urls.map(async (url) => [url, (await fetch(url, { headers })).status]));
    expect(statuses.filter(([, status]) => status !== 200)).toEqual([]);
  });

  it(
    'finds none in the parameters of lists and searches',
    async () => {
      const list = path.join(temporaryFolder('sqlmap-list'), 'urls');
      writeFileSync(list, `${targets.urls.join('\n')}\n`);
      expect(await injectable(['-m', list], targets.headers)).toEqual([]);
    },
    SCAN_LIMIT_MS,
  );

  it(
    'finds none in bodies',
    async () => {
      for (const { url, body } of targets.bodies) {
        const list = path.join(temporaryFolder('sqlmap-list'), 'urls');
        writeFileSync(list, `${url}\n`);
        const json = ['Content-Type: application/json', ...targets.headers];
        expect(await injectable(['-m', list, '--data', body, '--method', 'POST'], json)).toEqual([]);
      }
    },
    SCAN_LIMIT_MS,
  );
});
