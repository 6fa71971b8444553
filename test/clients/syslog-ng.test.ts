/** syslog-ng's http() destination as Debian packages it, without a disk buffer, against a server that fails. */
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Mishap } from '../helpers/node/failing-proxy.ts';
import { freePort, temporaryFolder, until } from '../helpers/node/temporary.ts';
import { type Aim, OVER_QUOTA, OVERLOADED, useServer } from './target.ts';

/** Null where it is not installed or lacks the module of http(). */
function installedVersion(): string | null {
  try {
    const about = execFileSync('syslog-ng', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [, version] = /^Config version: ([\d.]+)$/m.exec(about) ?? [];
    return version !== undefined && /\bhttp\b/.test(about) ? version : null;
  } catch {
    return null;
  }
}
const version = installedVersion();
const { aim } = useServer();

/** Ends with the test. Returns the port on which it takes lines. */
async function startSyslogNg(to: Aim, destination: string): Promise<number> {
  const dir = temporaryFolder('syslog-ng');
  const port = await freePort();
  writeFileSync(
    path.join(dir, 'syslog-ng.conf'),
    `@version: ${version}
options { time-reopen(1); frac-digits(3); };
source lines { network(ip("127.0.0.1") port(${port}) transport("tcp") flags(no-parse)); };
destination breakwater { http(
  url("${to.url.href}${destination}
  batch-lines(20) batch-timeout(200) workers(2) timeout(5)
  response-action(400 => drop, 413 => drop, 429 => disconnect, 503 => disconnect)
); };
log { source(lines); destination(breakwater); flags(flow-control); };
`,
  );
  const files = ['syslog-ng.conf', 'persist', 'pid', 'ctl'].map((file) => path.join(dir, file));
  const args = ['-f', '-R', '-p', '-c'].flatMap((flag, i) => [flag, files[i] ?? '']);
  const child = spawn('syslog-ng', ['--foreground', '--no-caps', '--stderr', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await until('syslog-ng listens', async () => {
    if (child.exitCode !== null) throw new Error(`syslog-ng ended:\n${errors}`);
    const socket = net.connect(port, '127.0.0.1');
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    return open;
  });
  return port;
}

const ndjson = (key: string) => `api/ingest?service=syslog")
  method("POST")
  headers("Authorization: Bearer ${key}", "Content-Type: application/x-ndjson")
  delimiter("\\n")
  body("$(format-json --scope none ts=$ISODATE message=$MESSAGE level=$LEVEL host=$HOST)")`;

const bulk = (key: string) => `syslog/_bulk")
  method("POST") user("elastic") password("${key}")
  headers("Content-Type: application/x-ndjson")
  delimiter("\\n")
  body("{\\"create\\":{}}\\n$(format-json --scope none @timestamp=$ISODATE message=$MESSAGE log.level=$LEVEL)")`;

describe('syslog-ng', () => {
  beforeEach((test) => test.skip(version === null, 'syslog-ng with its http module is not installed here'));

  const faults: Mishap[] = [OVERLOADED, 'lose', 'twice', OVER_QUOTA, 'cut', 'pass', 'lose'];
  it.each<[string, (key: string) => string, readonly Mishap[]]>([
    ['NDJSON to /api/ingest', ndjson, []],
    ['NDJSON to /api/ingest, through every fault', ndjson, faults],
    ['_bulk, through every fault', bulk, faults],
  ])('sends %s: each line is stored once', async (_, destination, plan) => {
    const to = await aim(plan);
    const port = await startSyslogNg(to, destination(to.key));
    const messages = Array.from({ length: 300 }, (__, i) => `line ${i} "quoted" \\ é`);
    const socket = net.connect(port, '127.0.0.1');
    socket.end(messages.map((message) => `${message}\n`).join(''));
    await until('all are stored', async () => (await to.stored()).length >= messages.length, 60_000);
    await until(
      'no fault is left to happen',
      () => Object.values(to.proxy.counts).reduce((sum, n) => sum + n, 0) > plan.length,
    );
    await to.expectStored(messages);
    expect((await to.stored())[0]).toMatchObject({ service: 'syslog', level: 'info' });
  });
});
