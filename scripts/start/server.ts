import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashFiles } from '../lib/hash-files.ts';
import { endGroup } from '../lib/process-group.ts';
import { PROJECT_DIR, QUIET_ENV, run, toolPath } from '../lib/run.ts';
import { reasonOf, Stop } from '../lib/stop.ts';
import { killGroupWhenThisProcessEnds } from '../lib/watchdog.ts';
import { readIfThere, type StateFolder, writePrivate } from './state-folder.ts';

const HOST = '127.0.0.1';
/** Between 1 and 3 s on a free machine; the rest is for one that is busy with something else. */
const READY_LIMIT_MS = 90_000;
/** Of wrangler.toml; the environment may override them: suites act for one user faster than a person does, and bring a resolver that knows their names. */
const OVERRIDABLE = ['LOG_LEVEL', 'USER_REQUESTS_PER_MINUTE', 'DNS_RESOLVER_URL'];
/** wrangler ends within a second of SIGTERM; the journal is durable after each answer, so killing it later costs nothing. */
const STOP_GRACE_MS = 5_000;

export interface Server {
  url: string;
  pid: number;
  /** Resolves when the server process has ended, for whatever reason. */
  ended: Promise<void>;
  /** Ends the whole process group, workerd included. */
  stop(): Promise<void>;
}

/** Throws a Stop when something else listens on the port. */
export async function assertPortFree(port: number): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(port, HOST, resolve));
  } catch (error) {
    const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw new Stop(
      busy
        ? `Port ${port} is in use: stop what listens there, or choose another with --port.`
        : `Cannot listen on port ${port}: ${reasonOf(error)}.`,
    );
  } finally {
    probe.close();
  }
}

/** Applies the D1 migrations that this state has not seen; to look for them a runtime must start, so not when nothing can be new. */
export async function applyMigrations(dataDir: string, signal?: AbortSignal): Promise<void> {
  const mark = path.join(dataDir, 'migrations.sha256');
  const hash = hashFiles(['migrations/*.sql']);
  if (readIfThere(mark) === hash) return;
  const result = await run('migrate', [dataDir], signal ? { signal } : {});
  if (signal?.aborted) return;
  if (result.code !== 0) throw new Stop(`The database migrations fail:\n${result.output.trim()}`);
  writePrivate(mark, hash);
}

/** Starts the Worker; `onStarted` hears the process id before anything else can fail. */
export async function startServer(
  folder: StateFolder,
  options: { port: number; clockOffsetMs: number; onStarted: (server: Server) => void },
): Promise<Server> {
  const log = openSync(folder.serverLog, 'w', 0o600);
  const child = spawn(process.execPath, [toolPath('wrangler'), ...devArgs(folder, options)], {
    cwd: PROJECT_DIR,
    env: { ...process.env, ...QUIET_ENV, WRANGLER_REGISTRY_PATH: folder.registry, FORCE_COLOR: '0' },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const pid = child.pid;
  if (pid === undefined) throw new Stop('The server process cannot be started.');
  const watchdog = killGroupWhenThisProcessEnds(pid);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    await endGroup(pid, STOP_GRACE_MS);
    watchdog.kill('SIGKILL');
  };
  const server: Server = { url: `http://${HOST}:${options.port}`, pid, ended, stop };
  options.onStarted(server);
  await waitUntilHealthy(server, child, folder.serverLog);
  return server;
}

function devArgs(folder: StateFolder, options: { port: number; clockOffsetMs: number }): string[] {
  // Below this wrangler leaves out what it says of itself, and what a Worker logs of each request.
  const isLogged = ['', 'debug', 'info'].includes(process.env.LOG_LEVEL ?? '');
  return [
    'dev',
    ...['--ip', HOST, '--port', String(options.port), '--inspector-port', '0'],
    ...['--persist-to', folder.data, '--env-file', folder.secrets],
    ...['--var', 'ENVIRONMENT:local', '--var', `CLOCK_OFFSET_MS:${options.clockOffsetMs}`],
    ...OVERRIDABLE.flatMap((name) => (process.env[name] ? ['--var', `${name}:${process.env[name]}`] : [])),
    ...['--show-interactive-dev-session=false', '--log-level', isLogged ? 'log' : 'warn'],
  ];
}

async function waitUntilHealthy(server: Server, child: ChildProcess, logFile: string): Promise<void> {
  const deadlineMs = Date.now() + READY_LIMIT_MS;
  while (child.exitCode === null && child.signalCode === null) {
    if (await isHealthy(server.url)) return;
    if (Date.now() > deadlineMs)
      throw new Stop(`The server does not answer after ${READY_LIMIT_MS / 1000} s.${lastLines(logFile)}`);
    await sleep(50);
  }
  throw new Stop(`The server ended while it started.${lastLines(logFile)}`);
}

/** True when GET /health answers 200. */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false; // not listening yet, or too busy: the caller's limit decides
  }
}

/** The end of the server's log, to follow a sentence that says that the server failed. */
export function lastLines(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15);
  return ` The end of ${logFile}:\n${lines.join('\n')}`;
}
