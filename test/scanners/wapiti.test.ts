/** wapiti as Debian packages it, against a server of ours and against one that it has to find holes in. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { startFlawedServer } from './flawed-server.ts';
import { isInstalled, runScanner, SCAN_LIMIT_MS } from './installed.ts';
import { jsonForms } from './json-forms.ts';
import { jsonTargets } from './json-targets.ts';
import { startRelay } from './relay.ts';
import { targetsOf } from './targets.ts';

const installed = isInstalled('wapiti');

/** Those that need nobody on the internet to call back. */
const MODULES = 'sql,xss,file,exec,crlf,redirect,csp,http_headers,cookieflags,methods';

/** The filter that it turns on is gone from browsers, and made holes where it was (OWASP HTTP Headers Cheat Sheet). */
const DROPPED = 'X-XSS-Protection is not set';

/** Forms are crawled one after another, and have many fields. */
const FORMS = { modules: 'sql,xss', seconds: { scan: 60, attack: 60 } };

interface Report {
  vulnerabilities: Record<string, { method: string; path: string; info: string; parameter: string }[]>;
  anomalies: Record<string, { method: string; path: string; info: string; parameter: string }[]>;
  infos: { target: string };
}

interface Scan {
  urls: readonly [string, ...string[]];
  headers?: readonly string[];
  modules?: string;
  seconds?: { scan: number; attack: number };
}

/** What it finds, a line each: `<kind>: <method> <path> <parameter>: <info>`. */
async function found({
  urls,
  headers = [],
  modules = MODULES,
  seconds = { scan: 20, attack: 15 },
}: Scan): Promise<string[]> {
  const file = path.join(temporaryFolder('wapiti'), 'report.json');
  const args = [
    ...['-u', urls[0], ...urls.slice(1).flatMap((url) => ['-s', url])],
    ...headers.flatMap((header) => ['-H', header]),
    ...['--scope', 'domain', '-m', modules, '--flush-session', '--no-bugreport', '-v', '0'],
    ...['--depth', '2', '--max-links-per-page', '200', '-S', 'normal', '--timeout', '20'],
    ...['--max-scan-time', String(seconds.scan), '--max-attack-time', String(seconds.attack)],
    ...['--store-session', path.dirname(file), '-f', 'json', '-o', file],
  ];
  await runScanner('wapiti', args);
  const { vulnerabilities, anomalies } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  return [...Object.entries(vulnerabilities), ...Object.entries(anomalies)].flatMap(([kind, findings]) =>
    findings.map(({ method, path, parameter, info }) => `${kind}: ${method} ${path} ${parameter}: ${info}`),
  );
}

describe('wapiti', () => {
  let server: StartedWorkerd | undefined;

  beforeAll(async () => {
    if (!installed) return;
    server = await startWorkerd({ dashboard: true });
    await server.signIn(); // makes its administrator
  }, SCAN_LIMIT_MS);
  afterAll(() => server?.stop());
  beforeEach((test) => test.skip(!installed, 'wapiti is not installed'));

  it(
    'finds the holes of a server that has some',
    async () => {
      const flawed = await startFlawedServer();
      try {
        const findings = await found({ urls: [`${flawed.url}/hello?name=x`, `${flawed.url}/items?id=1`] });
        expect(findings).toEqual(
          expect.arrayContaining([
            expect.stringContaining('Cross Site Scripting'),
            expect.stringMatching(/SQL Injection.*\/items/),
            expect.stringContaining('Content Security Policy'),
          ]),
        );
      } finally {
        await flawed.close();
      }
    },
    SCAN_LIMIT_MS,
  );

  it(
    'finds the hole in a body of JSON of such a server',
    async () => {
      const flawed = await startFlawedServer();
      const items = {
        method: 'POST',
        route: '/items',
        path: '/items',
        access: 'public',
        headers: {},
        body: '{"id":1}',
      } as const;
      const forms = jsonForms([items], () => ({}));
      const relay = await startRelay(flawed.url, { pages: { '/': forms.page }, rewrite: forms.toJson });
      try {
        expect(await found({ urls: [`${relay.url}/`], ...FORMS })).toEqual(
          expect.arrayContaining([expect.stringMatching(/SQL Injection.*\/id/)]),
        );
      } finally {
        await relay.close();
        await flawed.close();
      }
    },
    SCAN_LIMIT_MS,
  );

  it(
    'finds none in the dashboard, nor in what lists and searches are asked',
    async () => {
      if (!server) throw new Error('no server');
      const targets = await targetsOf(server);
      const relay = await startRelay(server.url);
      onTestFinished(() => relay.close());
      const findings = await found({
        urls: [`${relay.url}/`, ...targets.paths.map((query) => relay.url + query)],
        headers: targets.headers,
      });
      expect(findings.filter((finding) => !finding.endsWith(DROPPED))).toEqual([]);
      const unanswered = targets.paths.filter((query) => !relay.answered.get(`GET ${query.split('?')[0]}`)?.has('200'));
      expect(unanswered).toEqual([]);
    },
    SCAN_LIMIT_MS,
  );

  it(
    'finds none in what bodies of JSON are asked, each of which is taken as it was',
    async () => {
      if (!server) throw new Error('no server');
      const { requests, headersOf } = await jsonTargets(server);
      const forms = jsonForms(requests, headersOf);
      const relay = await startRelay(server.url, { pages: { '/': forms.page }, rewrite: forms.toJson });
      onTestFinished(() => relay.close());
      expect(await found({ urls: [`${relay.url}/`], ...FORMS })).toEqual([]);
      const answers = requests.map(({ method, path: query }) => relay.answered.get(`${method} ${query.split('?')[0]}`));
      const taken = answers.map((outcomes) => [...(outcomes?.keys() ?? [])].some((outcome) => /^2\d\d$/.test(outcome)));
      expect(requests.filter((_, i) => !taken[i]).map(({ method, route }) => `${method} ${route}`)).toEqual([]);
      // Each module has something to say to each field.
      const sent = answers
        .flatMap((outcomes) => [...(outcomes?.values() ?? [])])
        .reduce((sum, count) => sum + count, 0);
      expect(sent).toBeGreaterThan(2 * forms.fields);
    },
    SCAN_LIMIT_MS,
  );
});
