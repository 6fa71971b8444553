import { once } from 'node:events';
import { runFraud } from './demo/fraud.ts';
import { prepareDemo } from './demo/prepare.ts';
import { startReceiver } from './demo/receiver.ts';
import { runTraffic } from './demo/run.ts';
import { runMain, Stop } from './lib/stop.ts';
import { ADMIN_USERNAME, ensureFirstAdmin, type FirstAdmin } from './start/admin.ts';
import { driveCrons } from './start/cron.ts';
import { buildDashboard } from './start/dashboard.ts';
import { type Flags, HELP, parseFlags, refuseFlagsTakenByNpm } from './start/flags.ts';
import { takeLock } from './start/lock.ts';
import { buildOpenapi } from './start/openapi.ts';
import { buildSdk } from './start/sdk.ts';
import { applyMigrations, assertPortFree, lastLines, startServer } from './start/server.ts';
import { ensureSecrets, openStateFolder } from './start/state-folder.ts';

await runMain(async () => {
  refuseFlagsTakenByNpm(process.env);
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) process.stdout.write(HELP);
  else await start(flags);
});

/** Returns when SIGINT or SIGTERM has stopped everything; throws a Stop when it cannot start, or when the server dies. */
async function start(flags: Flags): Promise<void> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopping.abort());
  if (process.env.npm_lifecycle_event === 'start') onParentGone(() => stopping.abort());
  const undo: (() => Promise<void> | void)[] = [];
  try {
    await serve(flags, stopping.signal, undo);
  } catch (error) {
    // Told to stop, every step under way fails in its own words; none of them is news.
    if (!stopping.signal.aborted) throw error;
  } finally {
    stopping.abort();
    for (const step of undo.reverse()) await step();
  }
}

async function serve(flags: Flags, signal: AbortSignal, undo: (() => Promise<void> | void)[]): Promise<void> {
  const folder = openStateFolder(flags.stateDir);
  const lock = await takeLock(folder.lock, folder.dir, `http://127.0.0.1:${flags.port}`);
  undo.push(lock.release);
  await assertPortFree(flags.port);
  const secrets = ensureSecrets(folder.secrets);
  say('dashboard', await buildDashboard(signal));
  say('sdk', await buildSdk());
  say('api', await buildOpenapi());
  await applyMigrations(folder.data, signal);
  signal.throwIfAborted();
  say('state', folder.dir + (secrets.created ? ', new secrets made' : ''));

  const server = await startServer(folder, {
    ...flags,
    onStarted(started) {
      lock.nameServer(started.pid);
      undo.push(started.stop);
      signal.addEventListener('abort', () => void started.stop());
    },
  });
  const admin = await ensureFirstAdmin(server.url, folder, secrets.setupToken, flags.adminPassword);
  const receiver = flags.demo ? await startReceiver(folder.demoReceiver) : null;
  if (receiver) undo.push(receiver.stop);
  const demo = flags.demo ? await prepareDemo(folder, admin.session, receiver?.url ?? null) : null;
  await admin.session?.post('/api/auth/logout');
  printWelcome(server.url, admin, demo?.key ?? null);

  const background = Promise.all([
    once(signal, 'abort'),
    driveCrons(server.url, flags.clockOffsetMs, signal),
    demo && runTraffic({ url: server.url, ...demo, clockOffsetMs: flags.clockOffsetMs, signal }),
    demo && runFraud({ url: server.url, key: demo.key, clockOffsetMs: flags.clockOffsetMs, signal }),
  ]);
  await Promise.race([server.ended, background]);
  if (!signal.aborted) throw new Stop(`The server ended unexpectedly.${lastLines(folder.serverLog)}`);
}

/** Whoever kills npm means the server, which npm cannot tell us when it is SIGKILL. The parent's id changes when the parent ends. */
function onParentGone(action: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    action();
  }, 250);
  timer.unref();
}

function say(what: string, text: string): void {
  console.log(`${what.padEnd(11)}${text}`);
}

function printWelcome(url: string, admin: FirstAdmin, demoKey: string | null): void {
  say('address', url);
  say('user', ADMIN_USERNAME);
  say('password', [admin.password, admin.notice && `(${admin.notice})`].filter(Boolean).join(' '));
  if (demoKey !== null) {
    console.log(
      `\nSend a record to the demo project:\n  curl ${url}/api/ingest -H 'Authorization: Bearer ${demoKey}' -d '{"level":"info","service":"shell","message":"hello"}'\n`,
    );
  }
  console.log(`ready: ${url}`);
}
