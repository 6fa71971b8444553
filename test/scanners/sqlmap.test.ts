/** sqlmap as Debian packages it, against a server of ours and against one that it has to find a hole in. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { startFlawedServer } from './flawed-server.ts';
import { isInstalled, runScanner, SCAN_LIMIT_MS } from './installed.ts';
import { type Sent, startRelay } from './relay.ts';
import { STRANGER, type Targets, targetsOf } from './targets.ts';

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

/** Of the requests with a body, those that get past the checks of their form and of their sender; some values that sqlmap tries are of another type. */
const LEAST_REACHED = 0.5;

/** Each from an address and under a name of its own, as guesses come that no throttle stops. */
let requests = 0;
function fromElsewhere({ headers, body, ...sent }: Sent): Sent {
  const n = ++requests;
  const text = body.toString().replace(`"${STRANGER}"`, `"${STRANGER}-${n}"`);
  return { ...sent, headers: { ...headers, 'cf-connecting-ip': `10.0.${n >> 8}.${n & 255}` }, body: Buffer.from(text) };
}

/** Of the requests, those with such an answer. */
function shareOf(outcomes: ReadonlyMap<string, number>, reached: RegExp): number {
  const all = [...outcomes];
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  return all.reduce((sum, [outcome, count]) => sum + (reached.test(outcome) ? count : 0), 0) / Math.max(1, total);
}

describe('sqlmap', () => {
  let server: StartedWorkerd | undefined;
  let targets: Targets & { url: string };

  beforeAll(async () => {
    if (!installed) return;
    server = await startWorkerd();
    await server.signIn(); // makes its administrator
    targets = { ...(await targetsOf(server)), url: server.url };
  }, SCAN_LIMIT_MS);
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

  it(
    'finds none in the parameters of lists and searches, and is answered by them',
    async () => {
      const relay = await startRelay(targets.url);
      onTestFinished(() => relay.close());
      const list = path.join(temporaryFolder('sqlmap-list'), 'urls');
      writeFileSync(list, `${targets.paths.map((query) => relay.url + query).join('\n')}\n`);
      expect(await injectable(['-m', list], targets.headers)).toEqual([]);
      // A scanner that is turned away at the door tries nothing.
      const unanswered = targets.paths.filter((query) => !relay.answered.get(`GET ${query.split('?')[0]}`)?.has('200'));
      expect(unanswered).toEqual([]);
      const outcomes = [...relay.answered.values()].flatMap((ofRoute) => [...ofRoute.keys()]);
      expect(outcomes.filter((outcome) => /^(401|403|429)/.test(outcome))).toEqual([]);
    },
    SCAN_LIMIT_MS,
  );

  it(
    'finds none in bodies, most of which are taken',
    async () => {
      for (const { path: route, body, headers, reached } of targets.bodies) {
        const relay = await startRelay(targets.url, { rewrite: fromElsewhere });
        onTestFinished(() => relay.close());
        const list = path.join(temporaryFolder('sqlmap-list'), 'urls');
        writeFileSync(list, `${relay.url}${route}\n`);
        expect(await injectable(['-m', list, '--data', body, '--method', 'POST'], headers)).toEqual([]);
        const [outcomes = new Map<string, number>()] = relay.answered.values();
        expect(shareOf(outcomes, reached), JSON.stringify([route, ...outcomes])).toBeGreaterThan(LEAST_REACHED);
      }
    },
    SCAN_LIMIT_MS,
  );
});
