/**
 * `npm start` for tests: the real script, the real dev server, a state folder and a port of its own.
 *
 *   const server = await startServer();                        // an empty state, no demo traffic
 *   const server = await startServer({ flags: [] });           // with the demo
 *   await server.kill9();                                      // SIGKILL to everything at once, as a power switch would
 *   const again = await startServer({ stateDir: server.stateDir });
 *   await again.stop();                                        // SIGTERM, as a user would
 *
 * Everything runs in process groups of its own and dies with the test process. For load and faults without wrangler's
 * dev proxy use workerd.ts beside this file.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { groupGone, killGroup, signalGroup } from '../../../scripts/lib/process-group.ts';
import { PROJECT_DIR } from '../../../scripts/lib/run.ts';
import { killGroupWhenThisProcessEnds } from '../../../scripts/lib/watchdog.ts';
import { readLock } from '../../../scripts/start/lock.ts';
import { migratedState } from './migrated-state.ts';
import { freePort, until } from './temporary.ts';

export interface StartOptions {
  /** Further flags of `npm start`; without them `--no-demo`. */
  flags?: readonly string[];
  /** A state to continue; without it a new one, to which the migrations have been applied. */
  stateDir?: string;
  port?: number;
}

export interface StartedServer {
  url: string;
  stateDir: string;
  adminPassword: string;
  /** What it has printed so far, both streams. */
  output(): string;
  /** SIGKILL to the start script and to the whole group of its server. Returns when all are gone and the port is free. */
  kill9(): Promise<void>;
  /** Sends the signal (SIGTERM) to the start script alone and returns its exit code when its whole group is gone. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

export interface StartProcess {
  pid: number;
  output(): string;
  stderr(): string;
  /** The exit code, 128 and more when a signal ended it. */
  ended: Promise<number>;
}

/** Starts the script and returns at once; the caller watches what it prints. */
export function spawnStart(flags: readonly string[]): StartProcess {
  const args = [path.join(PROJECT_DIR, 'scripts/launch.mjs'), 'scripts/start.ts', ...flags];
  const child = spawn(process.execPath, args, {
    ...{ cwd: PROJECT_DIR, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...process.env, USER_REQUESTS_PER_MINUTE: '1000000' },
  });
  if (child.pid === undefined) throw new Error('node cannot be started');
  const watchdog = killGroupWhenThisProcessEnds(child.pid);
  let all = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    all += text;
    stderr += text;
  });
  const ended = exitCode(child).finally(() => watchdog.kill('SIGKILL'));
  return { pid: child.pid, output: () => all, stderr: () => stderr, ended };
}

/** Returns as soon as requests are answered. */
export async function startServer(options: StartOptions = {}): Promise<StartedServer> {
  const stateDir = options.stateDir ?? (await migratedState());
  const port = options.port ?? (await freePort());
  const started = spawnStart(['--port', String(port), '--state-dir', stateDir, ...(options.flags ?? ['--no-demo'])]);
  let ended = false;
  void started.ended.then(() => {
    ended = true;
  });
  const url = await until(
    'npm start says ready',
    () => {
      if (ended) throw new Error(`npm start ended:\n${started.output()}`);
      return /^ready: (\S+)$/m.exec(started.output())?.[1];
    },
    150_000,
  );
  return {
    url,
    stateDir,
    adminPassword: readFileSync(path.join(stateDir, 'admin-password'), 'utf8').trim(),
    output: started.output,
    async kill9() {
      const server = readLock(path.join(stateDir, 'lock.json'))?.server;
      if (server) signalGroup(server.pid, 'SIGKILL');
      await killGroup(started.pid);
      if (server) await killGroup(server.pid);
    },
    async stop(signal = 'SIGTERM') {
      process.kill(started.pid, signal);
      const code = await started.ended;
      if (!(await groupGone(started.pid, 10_000))) throw new Error('npm start left processes behind');
      return code;
    },
  };
}

function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143))),
  );
}
