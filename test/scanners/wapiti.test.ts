/** wapiti as Debian packages it, against a server of ours and against one that it has to find holes in. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { startFlawedServer } from './flawed-server.ts';
import { isInstalled, runScanner, SCAN_LIMIT_MS } from './installed.ts';
import { targetsOf } from './targets.ts';

const installed = isInstalled('wapiti');

/** Those that need nobody on the internet to call back. */
const MODULES = 'sql,xss,file,exec,crlf,redirect,csp,http_headers,cookieflags,methods';

/** The filter that it turns on is gone from browsers, and made holes where it was (OWASP HTTP Headers Cheat Sheet). */
const DROPPED = 'X-XSS-Protection is not set';

interface Report {
  vulnerabilities: Record<string, { method: string; path: string; info: string; parameter: string }[]>;
  anomalies: Record<string, { method: string; path: string; info: string; parameter: string }[]>;
  infos: { target: string };
}

/** What it finds, a line each: `<kind>: <method> <path> <parameter>: <info>`. */
async function found(urls: readonly [string, ...string[]], headers: readonly string[] = []): Promise<string[]> {
  const file = path.join(temporaryFolder('wapiti'), 'report.json');
  const args = [
    ...['-u', urls[0], ...urls.slice(1).flatMap((url) => ['-s', url])],
    ...headers.flatMap((header) => ['-H', header]),
    ...['--scope', 'domain', '-m', MODULES, '--flush-session', '--no-bugreport', '-v', '0'],
    ...[
      '--depth',
      '2',
      '--max-links-per-page',
      '50',
      '--max-scan-time',
      '20',
      '--max-attack-time',
      '15',
      '--timeout',
      '20',
      '-S',
      'normal',
    ],
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
    if (installed) server = await startWorkerd({ dashboard: true });
  });
  afterAll(() => server?.stop());
  beforeEach((test) => test.skip(!installed, 'wapiti is not installed'));

  it(
    'finds the holes of a server that has some',
    async () => {
      const flawed = await startFlawedServer();
      try {
        const findings = await found([`${flawed.url}/hello?name=x`, `${flawed.url}/items?id=1`]);
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
    'finds none in the dashboard, nor in what lists and searches are asked',
    async () => {
      if (!server) throw new Error('no server');
      const targets = await targetsOf(server);
      const findings = await found([`${server.url}/`, ...targets.urls], targets.headers);
      expect(findings.filter((finding) => !finding.endsWith(DROPPED))).toEqual([]);
    },
    SCAN_LIMIT_MS,
  );
});
