/**
 * What sessions cost: signing in without and with the password's hash, a refresh, and how long sockets stay open after everything is revoked. All in workerd
 * without the dev proxy.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { run as runProgram } from '../scripts/lib/run.ts';
import { hashPassword, verifyPassword } from '../src/auth/password.ts';
import { insertUser } from '../src/auth/store.ts';
import { SUBPROTOCOL } from '../src/wire/protocol.ts';
import { temporaryFolder, until } from '../test/helpers/node/temporary.ts';
import { quantile, type Row } from './lib/row.ts';
import { startTarget } from './lib/target.ts';

const LOGINS = 300;
const WARM_UP = 30;
const HASHES = 20;
const REVOCATIONS = 20;
const SOCKETS = 50;
const PASSWORD = 'correct horse battery staple';

export async function run(): Promise<Row[]> {
  return [...(await withoutHash()), ...(await overHttp())];
}

function row(what: string, reach: string, timesMs: readonly number[]): Row {
  const figure = `p50 ${quantile(timesMs, 0.5).toFixed(1)} ms, p95 ${quantile(timesMs, 0.95).toFixed(1)} ms`;
  return { what, reach, ours: figure, peers: {} };
}

async function timed<T>(timesMs: number[], work: () => Promise<T> | T): Promise<T> {
  const startedMs = performance.now();
  const result = await work();
  timesMs.push(performance.now() - startedMs);
  return result;
}

/** One call of the verb in a Worker, asked for over HTTP one after the other; the request there and back is in it. */
async function withoutHash(): Promise<Row[]> {
  const passwordHash = hashPassword(PASSWORD);
  const script = await bundleLogin();
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: 'login',
          rootPath: path.dirname(script),
          modules: [{ type: 'ESModule', path: script }],
          compatibilityDate: COMPATIBILITY.date,
          compatibilityFlags: COMPATIBILITY.flags,
          d1Databases: { DB: 'sessions' },
          bindings: {
            ...{ ENVIRONMENT: 'local', JOURNAL_SHARDS: '1', USER_REQUESTS_PER_MINUTE: '100', ...secrets() },
            DNS_RESOLVER_URL: 'https://resolver.example/dns-query',
          },
        },
      ],
    }),
  );
  try {
    const db = (await miniflare.getD1Database('DB')) as unknown as D1Database;
    await migrate(db);
    const account = { passwordHash, role: 'admin', projectIds: null, disabled: false, lastLoginAtMs: null } as const;
    await insertUser(db, { id: 'usr_bench', username: 'bench', createdAtMs: 0, ...account }).run();
    const url = await miniflare.ready;
    const loginsMs: number[] = [];
    for (let i = 0; i < LOGINS; i++) {
      const answer = await timed(loginsMs, () => fetch(url));
      if (!answer.ok) throw new Error(`sign-in ended with ${await answer.text()}`);
      await answer.arrayBuffer();
    }
    const hashesMs: number[] = [];
    for (let i = 0; i < HASHES; i++) await timed(hashesMs, () => verifyPassword(PASSWORD, passwordHash));
    return [
      row("sign-in without the password's hash", 'p95 ≤ 10 ms', loginsMs.slice(WARM_UP)),
      row("the password's hash alone (scrypt N=2^14, r=8, p=5), in Node", 'reported apart', hashesMs),
    ];
  } finally {
    await miniflare.dispose();
  }
}

const COMPATIBILITY = { date: '2026-11-01', flags: ['nodejs_compat'] };

/** As a deployment would bundle it, without the rest of our Worker. */
async function bundleLogin(): Promise<string> {
  const folder = temporaryFolder('bundle-login');
  const config = path.join(folder, 'wrangler.json');
  const main = path.join(import.meta.dirname, 'lib/login-worker.ts');
  const { date: compatibility_date, flags: compatibility_flags } = COMPATIBILITY;
  writeFileSync(config, JSON.stringify({ name: 'login', main, compatibility_date, compatibility_flags }));
  const result = await runProgram('wrangler', ['deploy', '--config', config, '--dry-run', '--outdir', folder]);
  if (result.code !== 0) throw new Error(`the Worker does not bundle:\n${result.output}`);
  return path.join(folder, 'login-worker.js');
}

function secrets(): Record<string, string> {
  const secret = `k1:${'x'.repeat(43)}`;
  return { SESSION_SECRETS: secret, API_KEY_SECRETS: secret, DATA_SECRETS: secret, SETUP_TOKEN: '' };
}

/** Each file as one text: SQLite itself tells where a trigger ends. */
async function migrate(db: D1Database): Promise<void> {
  const folder = path.join(import.meta.dirname, '../migrations');
  for (const file of readdirSync(folder).sort()) await db.prepare(readFileSync(path.join(folder, file), 'utf8')).run();
}

interface Session {
  cookie: string;
  csrf: string;
}

async function overHttp(): Promise<Row[]> {
  const target = await startTarget();
  const { url } = target.worker;
  try {
    const [loginsMs, refreshesMs, answersMs, closesMs]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (let i = 0; i < REVOCATIONS; i++) {
      const signedIn = await timed(loginsMs, () => signIn(url));
      const refreshed = await timed(refreshesMs, () => post(url, '/api/auth/refresh', signedIn));
      const session = { ...signedIn, cookie: sessionCookie(refreshed) };
      const sockets = await Promise.all(
        Array.from({ length: SOCKETS }, () => openSocket(url, target.projectId, session)),
      );
      const startedMs = performance.now();
      await timed(answersMs, () => post(url, '/api/auth/revoke-all', session));
      await until('every socket is closed', () => sockets.every(({ closedAtMs }) => closedAtMs !== null));
      closesMs.push(Math.max(...sockets.map(({ closedAtMs }) => closedAtMs ?? 0)) - startedMs);
    }
    return [
      row('sign-in over HTTP, the hash included', 'reported apart', loginsMs),
      row('refresh over HTTP', 'none set', refreshesMs),
      row(`revoke-all to its answer, with ${SOCKETS} open sockets`, 'none set', answersMs),
      row(`revoke-all, asked to the last of ${SOCKETS} sockets closed`, '≤ 1 s', closesMs),
    ];
  } finally {
    await target.worker.stop();
  }
}

function headersOf({ cookie, csrf }: Session, url: string): Record<string, string> {
  return { cookie, origin: url, 'x-csrf-token': csrf };
}

async function post(url: string, route: string, session: Session): Promise<Response> {
  const answer = await fetch(url + route, { method: 'POST', headers: headersOf(session, url) });
  if (!answer.ok) throw new Error(`${route} answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
  return answer;
}

function sessionCookie(answer: Response): string {
  const line = answer.headers.getSetCookie().find((cookie) => cookie.startsWith('gsession='));
  return line?.split(';', 1)[0] ?? '';
}

async function signIn(url: string): Promise<Session> {
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  });
  if (!answer.ok) throw new Error(`sign-in answered ${answer.status}: ${await answer.text()}`);
  const { csrf } = (await answer.json()) as { csrf: string };
  return { cookie: sessionCookie(answer), csrf };
}

interface OpenSocket {
  closedAtMs: number | null;
}

function openSocket(url: string, project: string, session: Session): Promise<OpenSocket> {
  // Node's takes headers beside the subprotocol; the Workers runtime, whose types stand here, does not.
  const options = { protocols: [SUBPROTOCOL], headers: headersOf(session, url) } as unknown as string[];
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/telemetry?project=${project}`, options);
  const state: OpenSocket = { closedAtMs: null };
  // The frame that closes it: nothing comes after it. `onclose` waits for the end of the connection, which the local runtime keeps for 10 s more.
  const watch = setInterval(() => {
    if (socket.readyState <= WebSocket.OPEN) return;
    state.closedAtMs = performance.now();
    clearInterval(watch);
  }, 1);
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve(state);
    socket.onerror = () => reject(new Error('the socket failed'));
  });
}
