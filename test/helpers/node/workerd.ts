/**
 * The bundled Worker in workerd, without wrangler's dev proxy and file watchers: for measurements and fault tests.
 *
 *   const worker = await startWorkerd();                                  // new state, migrations applied, random port
 *   const admin = await worker.signIn();                                  // creates the first administrator on first use
 *   await worker.kill9();                                                 // the whole process group, at once
 *   const again = await startWorkerd({ stateDir: worker.stateDir });      // same data, same secrets
 *   await again.stop();
 *
 * Serves the API and sockets, and the dashboard's files where they are asked for. Data is laid out as wrangler does it, so `startServer` and
 * `npm start -- --state-dir` can open the same folder afterwards. Crons run where they are asked for, or by GET /cdn-cgi/local/scheduled?cron=….
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { groupMembers, killGroup } from '../../../scripts/lib/process-group.ts';
import { PROJECT_DIR, QUIET_ENV, run } from '../../../scripts/lib/run.ts';
import { killGroupWhenThisProcessEnds } from '../../../scripts/lib/watchdog.ts';
import { type AdminSession, logIn, setUpAdmin } from '../../../scripts/start/api.ts';
import { driveCrons } from '../../../scripts/start/cron.ts';
import { buildDashboard } from '../../../scripts/start/dashboard.ts';
import { applyMigrations, isHealthy } from '../../../scripts/start/server.ts';
import { ensureSecrets, openStateFolder } from '../../../scripts/start/state-folder.ts';
import { migratedState } from './migrated-state.ts';
import { madeOnce } from './run-folder.ts';
import { until } from './temporary.ts';

export interface WorkerdOptions {
  /** A state to continue; without it a new one, to which the migrations have been applied. */
  stateDir?: string;
  port?: number;
  /** Overrides of wrangler.toml's [vars], for example { JOURNAL_SHARDS: '4' }. ENVIRONMENT is local unless named. */
  vars?: Readonly<Record<string, string>>;
  /** Builds the dashboard, and serves it as a deployment does. */
  dashboard?: boolean;
  /** Runs each cron of wrangler.toml when it is due, as `npm start` does. */
  crons?: boolean;
  /** Another bundle in place of the Worker's, with the same classes. */
  script?: string;
}

export interface StartedWorkerd {
  url: string;
  stateDir: string;
  /** Leader of the process group that holds workerd. */
  pid: number;
  setupToken: string;
  /** How long it took to start: 0.9 s on a free machine. How long something else may take here can be counted in it. */
  startMs: number;
  /** Of the user "admin", once somebody has signed in. */
  adminPassword: string;
  output(): string;
  /** A session of the user "admin". */
  signIn(): Promise<AdminSession>;
  kill9(): Promise<void>;
  stop(): Promise<void>;
}

/** Suites act for one user faster than a person does. */
const VARS = { USER_REQUESTS_PER_MINUTE: '1000000' };
const WRANGLER_TOML = path.join(PROJECT_DIR, 'wrangler.toml');
const BINDINGS = 'bindings.json';
const ADMIN_PASSWORD = 'correct horse battery staple';

/** Bundles the Worker as a deployment would, and writes down the bindings that it has. Once for a run. */
export async function bundleWorker(): Promise<{ script: string; bindingsFile: string }> {
  const dir = await madeOnce('bundle', async (outDir) => {
    mkdirSync(path.join(PROJECT_DIR, 'dist'), { recursive: true }); // wrangler.toml names it; a checkout without a build has none
    const result = await run('wrangler', ['deploy', '--dry-run', '--outdir', outDir]);
    if (result.code !== 0) throw new Error(`the Worker does not bundle:\n${result.output}`);
    // From wrangler.toml itself, so that a new one is there without a change here.
    const { unstable_getMiniflareWorkerOptions } = await import('wrangler');
    const { workerOptions } = unstable_getMiniflareWorkerOptions(WRANGLER_TOML);
    writeFileSync(path.join(outDir, BINDINGS), JSON.stringify(workerOptions));
  });
  return { script: path.join(dir, 'worker.js'), bindingsFile: path.join(dir, BINDINGS) };
}

/** Returns as soon as requests are answered. */
export async function startWorkerd(options: WorkerdOptions = {}): Promise<StartedWorkerd> {
  const folder = openStateFolder(options.stateDir ?? (await migratedState()));
  const { setupToken } = ensureSecrets(folder.secrets);
  const { dashboard = false } = options;
  if (dashboard) await buildDashboard();
  const [bundle] = await Promise.all([bundleWorker(), applyMigrations(folder.data)]);
  const config = {
    ...bundle,
    ...(options.script ? { script: options.script } : {}),
    // The runtime takes one that is free: one that was free a moment ago may be somebody's by now, also the near end of a connection.
    port: options.port ?? 0,
    dashboard,
    dataDir: folder.data,
    secretsFile: folder.secrets,
    vars: { ...VARS, ...options.vars },
  };
  const fromMs = performance.now();
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'workerd-process.ts'), JSON.stringify(config)],
    {
      cwd: PROJECT_DIR,
      env: { ...process.env, ...QUIET_ENV },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const pid = child.pid;
  if (pid === undefined) throw new Error('node cannot be started');
  const watchdog = killGroupWhenThisProcessEnds(pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const url = await until(
    'workerd answers',
    async () => {
      if (child.exitCode !== null) throw new Error(`workerd ended:\n${output}`);
      const [, port] = /^listening: (\d+)$/m.exec(output) ?? [];
      if (port === undefined) return null;
      return (await isHealthy(`http://127.0.0.1:${port}`)) && `http://127.0.0.1:${port}`;
    },
    150_000,
  );
  // Else kill9 would leave workerd running, and a fault test would prove nothing.
  if (groupMembers(pid).length < 2) throw new Error('workerd does not run in the process group that kill9 ends');
  // The journal is durable after each answer: there is nothing that a gentler end would save.
  const ending = new AbortController();
  const crons = options.crons ? driveCrons(url, 0, ending.signal) : Promise.resolve();
  const kill = async () => {
    ending.abort();
    await crons;
    if (groupMembers(pid).length > 0) await killGroup(pid);
    watchdog.kill('SIGKILL');
  };
  return {
    ...{ url, stateDir: folder.dir, pid, setupToken, output: () => output, kill9: kill, stop: kill },
    ...{ adminPassword: ADMIN_PASSWORD, startMs: performance.now() - fromMs },
    async signIn() {
      const known = await logIn(url, 'admin', ADMIN_PASSWORD);
      if (known.kind === 'ok') return known.session;
      await setUpAdmin(url, setupToken, ADMIN_PASSWORD);
      const fresh = await logIn(url, 'admin', ADMIN_PASSWORD);
      if (fresh.kind !== 'ok') throw new Error(`the administrator cannot sign in: ${fresh.kind}`);
      return fresh.session;
    },
  };
}
