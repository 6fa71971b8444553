/** The dashboard on Pages with the functions of pages/, by `wrangler pages dev`, beside a Worker of `npm start`. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killGroup } from '../../scripts/lib/process-group.ts';
import { PROJECT_DIR, QUIET_ENV, toolPath } from '../../scripts/lib/run.ts';
import { killGroupWhenThisProcessEnds } from '../../scripts/lib/watchdog.ts';
import { type AdminSession, logIn } from '../../scripts/start/api.ts';
import { isHealthy } from '../../scripts/start/server.ts';
import { type StartedServer, startServer } from '../helpers/node/server.ts';
import { freePort, temporaryFolder, until } from '../helpers/node/temporary.ts';

let server: StartedServer;
let url: string;
let stopPages: () => Promise<void>;
let admin: AdminSession;

beforeAll(async () => {
  server = await startServer();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const args = ['pages', 'dev', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0'];
  const child = spawn(
    process.execPath,
    [toolPath('wrangler'), ...args, '--persist-to', temporaryFolder('pages'), '--show-interactive-dev-session=false'],
    {
      ...{ cwd: path.join(PROJECT_DIR, 'pages'), detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
      // Where wrangler looks for Workers that run on this machine: that of the server, and no other.
      env: { ...process.env, ...QUIET_ENV, WRANGLER_REGISTRY_PATH: path.join(server.stateDir, 'registry') },
    },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error('node cannot be started');
  const watchdog = killGroupWhenThisProcessEnds(pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  stopPages = async () => {
    await killGroup(pid);
    watchdog.kill('SIGKILL');
  };
  await until(
    'Pages passes requests on',
    () => {
      if (child.exitCode !== null) throw new Error(`wrangler pages dev ended:\n${output}`);
      return isHealthy(url);
    },
    120_000,
  );
  const answer = await logIn(url, 'admin', server.adminPassword);
  if (answer.kind !== 'ok') throw new Error(`admin cannot sign in through Pages: ${answer.kind}`);
  admin = answer.session;
});
afterAll(async () => {
  await stopPages?.(); // absent when the start itself failed
  await server?.stop();
});

describe('the dashboard on Pages', () => {
  it('is there at every path, with the headers of its files', async () => {
    for (const at of ['/', '/search?q=x']) {
      const answer = await fetch(url + at);
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<div id="app"')]);
      expect(answer.headers.get('content-security-policy')).toMatch(/script-src 'self'/);
    }
  });

  it('has no page for a script that is not there, which a browser would keep for a year', async () => {
    const gone = await fetch(`${url}/assets/index-of-another-build.js`);
    expect([gone.status, gone.headers.get('cache-control')]).toEqual([404, 'no-store']);
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(await (await fetch(url)).text()) ?? [];
    const there = await fetch(url + script);
    expect([there.status, there.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  });

  it('signs in with cookies of its own host alone, and takes changes from its own origin and no other', async () => {
    const post = (at: string, headers: Record<string, string>, body: object) =>
      fetch(url + at, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const answer = await post('/api/auth/login', {}, { username: 'admin', password: server.adminPassword });
    const { csrf } = (await answer.json()) as { csrf: string };
    const cookies = answer.headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split('=', 1)[0])).toEqual(expect.arrayContaining(['gsession', 'csrfToken']));
    for (const cookie of cookies) expect(cookie).toMatch(/^(?!.*domain=).*SameSite=Strict/i);

    const signedIn = { cookie: cookies.map((cookie) => cookie.split(';', 1)[0]).join('; '), 'x-csrf-token': csrf };
    const made = await post('/api/projects', { ...signedIn, origin: url }, { name: 'Through Pages' });
    const refused = await post('/api/projects', { ...signedIn, origin: server.url }, { name: 'From elsewhere' });
    expect([made.status, refused.status]).toEqual([201, 403]);
  });

  it('takes what the pages of a site send from their own host: beacons, and OTLP of a browser', async () => {
    const { id } = (await admin.post('/api/projects', { name: 'Site' })) as { id: string };
    const made = await admin.post(`/api/projects/${id}/keys`, { name: 'b', scopes: ['ingest'], origins: [url] });
    const { key } = made as { key: string };
    const script = await fetch(`${url}/api/js/client.min.js`);
    expect([script.status, script.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')]);
    // As a browser says it of a request to its own host.
    const headers = { origin: url, 'sec-fetch-site': 'same-origin' };
    const beacon = {
      id: crypto.randomUUID(),
      sentAt: Date.now(),
      common: {},
      records: [{ stream: 'errors', ts: Date.now(), message: 'boom', level: 'error', attrs: {} }],
    };
    const sent = await fetch(`${url}/api/beacon?key=${key}`, { method: 'POST', headers, body: JSON.stringify(beacon) });
    expect([sent.status, sent.headers.getSetCookie()]).toEqual([204, []]);
    const logs = {
      resourceLogs: [
        { scopeLogs: [{ logRecords: [{ timeUnixNano: `${Date.now()}000000`, body: { stringValue: 'x' } }] }] },
      ],
    };
    const otlp = await fetch(`${url}/v1/logs`, {
      ...{ method: 'POST', body: JSON.stringify(logs) },
      headers: { ...headers, 'content-type': 'application/json', authorization: `Bearer ${key}` },
    });
    expect([otlp.status, await otlp.json()]).toEqual([200, {}]);
    const { stored } = (await admin.get(`/api/projects/${id}/ledger`)) as { stored: number };
    expect(stored).toBe(2);
  });

  it('passes what has a path of its own, and lets no shipper believe that it is heard where it is not', async () => {
    const { id } = (await admin.post('/api/projects', { name: 'Shippers' })) as { id: string };
    const { key } = (await admin.post(`/api/projects/${id}/keys`, { name: 'k', scopes: ['ingest'] })) as {
      key: string;
    };
    const send = (at: string, body: string) =>
      fetch(url + at, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body,
      });
    const push = { streams: [{ stream: { app: 'shop' }, values: [[`${Date.now()}000000`, 'by Loki']] }] };
    expect((await send('/loki/api/v1/push', JSON.stringify(push))).status).toBe(204);
    expect((await send('/v1/logs', '{"resourceLogs":[]}')).status).toBe(200);
    expect((await (await fetch(`${url}/health`)).json()) as object).toMatchObject({ status: 'ok' });
    // The paths of Elastic are those of files and pages: they stay with the Worker's own name (docs/deploy.md).
    for (const at of ['/_bulk', '/logs/_bulk'])
      expect([at, (await send(at, '{"create":{}}\n{"message":"x"}\n')).status]).toEqual([at, 405]);
    const probe = await fetch(`${url}/_license`);
    expect(probe.headers.get('content-type')).toContain('text/html');
    const { stored, received } = (await admin.get(`/api/projects/${id}/ledger`)) as {
      stored: number;
      received: number;
    };
    expect([received, stored]).toEqual([1, 1]);
  });

  it('passes sockets: what is sent through it is live through it', async () => {
    const { id } = (await admin.post('/api/projects', { name: 'Live' })) as { id: string };
    const made = await admin.post(`/api/projects/${id}/keys`, { name: 'k', scopes: ['ingest', 'query'] });
    const { key } = made as { key: string };
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/telemetry`, [
      'dashboard-v1.3+telemetry',
      `bearer.${key}`,
    ]);
    const frames: string[] = [];
    socket.addEventListener('message', ({ data }) => frames.push(String(data)));
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    socket.send(JSON.stringify({ type: 'SUBSCRIBE', project: id, topics: ['logs'] }));
    await until('it is subscribed', () => frames.some((frame) => frame.includes('SUBSCRIBED')));
    const sent = await fetch(`${url}/api/ingest`, {
      ...{ method: 'POST', headers: { authorization: `Bearer ${key}` }, body: '{"message":"by way of Pages"}' },
    });
    expect(await sent.json()).toMatchObject({ stored: 1 });
    await until('the record is live', () => frames.some((frame) => frame.includes('by way of Pages')));
    socket.close();
  });
});
